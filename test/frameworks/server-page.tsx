// Run by a test in a process of its own: one server that renders for two visitors at the same time.
import { renderToString as renderReact, renderToReadableStream } from 'react-dom/server'
import { renderToString as renderSolid } from 'solid-js/web'
import { render as renderSvelte } from 'svelte/server'
import { createSSRApp } from 'vue'
import { renderToString as renderVue } from 'vue/server-renderer'
import { view as reactView } from '../../demo/frameworks/react/view.tsx'
import { apiFetch, session } from '../../demo/frameworks/session.ts'
import { View as solidView } from '../../demo/frameworks/solid/view.tsx'
import { view as svelteView } from '../../demo/frameworks/svelte/view.ts'
import { view as vueView } from '../../demo/frameworks/vue/view.ts'

/** All that is sent, and nothing is. */
const sent: unknown[] = []
globalThis.fetch = async (input, init) => {
  sent.push([input, init])
  return Response.json({ email: 'somebody@example.com' })
}

async function streamReact(): Promise<string> {
  const stream = await renderToReadableStream(reactView)
  await stream.allReady
  return new Response(stream).text()
}

async function visit(name: string) {
  // What an app must not do on a server, and what must not matter if it does.
  await session.signIn({ access_token: `token-of-${name}`, expires_in: 900 })
  const headers = { Cookie: `sr_rt=cookie-of-${name}` }
  const response = await apiFetch(`https://api.test/me?${name}`, { headers })
  await session.ready()
  const [streamed, vue] = await Promise.all([streamReact(), renderVue(createSSRApp(vueView))])
  return {
    status: response.status,
    token: await session.getAccessToken(),
    html: {
      react: renderReact(reactView),
      'react, streamed': streamed,
      vue,
      svelte: renderSvelte(svelteView).body,
      solid: renderSolid(solidView),
    },
  }
}

const visits = await Promise.all([visit('alice'), visit('bob')])
process.stdout.write(JSON.stringify({ visits, sent }))
