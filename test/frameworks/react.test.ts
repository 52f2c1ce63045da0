// @vitest-environment happy-dom
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToReadableStream } from 'react-dom/server'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'

/** The React page, freshly loaded, and the answer its refresh waits for. */
async function openPage() {
  vi.resetModules()
  const refresh = Promise.withResolvers<Response>()
  const isRefresh = (input: unknown) => String(input).endsWith('/auth/refresh')
  vi.stubGlobal('fetch', (input: unknown) =>
    isRefresh(input) ? refresh.promise : Promise.resolve(Response.json({ email: 'me@example.com' })),
  )
  const complain = vi.spyOn(console, 'error')
  const { session } = await import('../../demo/frameworks/session.ts')
  const { view } = await import('../../demo/frameworks/react/view.tsx')
  const target = document.body.appendChild(document.createElement('div'))
  onTestFinished(() => {
    session.dispose()
    target.remove()
  })
  const textOf = (id: string) => target.querySelector(`#${id}`)?.textContent
  const answer = (status: number) => {
    const body = status === 200 ? { access_token: 'token', expires_in: 900 } : {}
    refresh.resolve(Response.json(body, { status }))
  }
  return { session, view, target, textOf, answer, complain }
}

/** What a server sends, where there is no document. */
async function renderOnServer(): Promise<string> {
  vi.resetModules()
  vi.stubGlobal('document', undefined)
  const { view } = await import('../../demo/frameworks/react/view.tsx')
  const stream = await renderToReadableStream(view)
  await stream.allReady
  vi.unstubAllGlobals()
  return new Response(stream).text()
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it('suspends what is for the user until it is known who is there, under strict mode too', async () => {
  const { view, target, textOf, answer, complain } = await openPage()
  const root = createRoot(target)
  onTestFinished(() => root.unmount())
  root.render(view)
  await vi.waitFor(() => expect(textOf('waiting')).toBe('One moment'))
  expect([textOf('status'), textOf('guarded'), textOf('otherwise')]).toEqual([
    'loading',
    undefined,
    undefined,
  ])
  answer(200)
  await vi.waitFor(() => expect(textOf('guarded')).toBe('Only for you'))
  await vi.waitFor(() => expect(textOf('status')).toBe('signed in as me@example.com'))
  expect([textOf('waiting'), textOf('otherwise')]).toEqual([undefined, undefined])
  expect(complain).not.toHaveBeenCalled()
})

it('shows neither the guarded part nor the sign-in form to whom nobody knows for want of a network', async () => {
  const { session, view, target, textOf, answer } = await openPage()
  const root = createRoot(target)
  onTestFinished(() => root.unmount())
  root.render(view)
  answer(503)
  await session.ready()
  await vi.waitFor(() => expect(textOf('waiting')).toBeUndefined())
  expect([textOf('status'), textOf('guarded'), textOf('otherwise')]).toEqual([
    'loading',
    undefined,
    undefined,
  ])
  await session.signIn({ access_token: 'token', expires_in: 900 })
  await vi.waitFor(() => expect(textOf('guarded')).toBe('Only for you'))
})

it('takes over what the server has rendered, though it is known already who is there', async () => {
  const html = await renderOnServer()
  const { session, view, target, textOf, answer, complain } = await openPage()
  target.innerHTML = html
  expect(textOf('status')).toBe('loading')
  answer(200)
  await session.ready()
  expect(session.getSnapshot().status).toBe('authenticated')
  const onRecoverableError = vi.fn()
  const root = hydrateRoot(target, view, { onRecoverableError })
  onTestFinished(() => root.unmount())
  await vi.waitFor(() => expect(textOf('guarded')).toBe('Only for you'))
  expect(onRecoverableError).not.toHaveBeenCalled()
  expect(complain).not.toHaveBeenCalled()
})
