import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { views } from '../../demo/frameworks/views.ts'
import { type RunningServer, startServer } from '../../demo/server/node.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import type { BuiltPage } from './page-host.ts'

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Framework page</title>
    <link rel="icon" href="data:,">
  </head>
  <body><script type="module" src="/assets/page.js"></script></body>
</html>
`

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

let page: BuiltPage

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-frameworks-'))
  page = { directory, cleanUp: () => rm(directory, { recursive: true, force: true, maxRetries: 3 }) }
  await build({
    configFile: path('../../demo/frameworks/vite.config.ts'),
    logLevel: 'warn',
    // React's strict mode does nothing in production.
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      outDir: directory,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: path('./framework-page.ts'),
        output: { entryFileNames: 'assets/page.js' },
      },
    },
  })
  await writeFile(join(directory, 'index.html'), html)
})

afterAll(() => page?.cleanUp())

const textOf = (tab: Tab, id: string) =>
  tab.evaluate((id) => document.getElementById(id)?.textContent ?? null, id)

const press = (tab: Tab, id: string) => tab.evaluate((id) => document.getElementById(id)?.click(), id)

async function shows(tab: Tab, id: string, text: string): Promise<void> {
  await expect.poll(() => textOf(tab, id), { timeout: 20_000 }).toBe(text)
}

/** What the page wrote to the console, except that the refresh of an anonymous visitor is answered 401. */
const complaints = (tab: Tab) =>
  tab.consoleErrors().filter((message) => !message.startsWith('Failed to load resource'))

async function openSignedIn(browser: TestBrowser, server: RunningServer, framework: string) {
  server.control.set(null)
  const profile = await browser.newProfile()
  const newTab = async () => {
    const tab = await profile.newTab()
    await tab.goto(`${server.url}/?${framework}`)
    return tab
  }
  const tab = await newTab()
  await shows(tab, 'otherwise', 'Please sign in')
  expect(await textOf(tab, 'status')).toBe('signed out')
  await press(tab, 'sign-in')
  await shows(tab, 'status', 'signed in as demo@example.com')
  await shows(tab, 'guarded', 'Only for you')
  server.control.resetLog()
  return { tab, newTab }
}

describeEngines('a view of the session', (browser) => {
  let server: RunningServer

  beforeAll(async () => {
    const settings = { accessTokenLifetime: 60_000, rateLimits: false }
    server = await startServer({ ...settings, control: true, staticRoot: page.directory })
  })

  afterAll(() => server?.close())

  const seen = (path: string) => server.control.log().filter((entry) => entry.path.startsWith(path))

  describe.each(Object.keys(views))('in %s', (framework) => {
    it('gets 20 answers for 20 calls with an expired token, after one refresh', async () => {
      const { tab } = await openSignedIn(browser, server, framework)
      server.control.expireTokens()
      await press(tab, 'calls')
      await shows(tab, 'outcome', '20 answered, 0 failed')
      expect(seen('/auth/refresh')).toHaveLength(1)
      expect(seen('/api/items').some(({ status }) => status === 401)).toBe(true)
      expect(await textOf(tab, 'status')).toBe('signed in as demo@example.com')
    })

    it('shows the user again after a reload, with one refresh and no sign-in form in between', async () => {
      const { tab } = await openSignedIn(browser, server, framework)
      // Enough for the view to be there first, as a rule.
      server.control.set({ refreshDelay: 300 })
      await tab.reload()
      await shows(tab, 'status', 'signed in as demo@example.com')
      const shown = await tab.evaluate(() => framed.shown)
      expect(shown.filter((part) => part !== 'waiting')).toEqual(['guarded'])
      expect(seen('/auth/refresh')).toHaveLength(1)
      expect(seen('/api').filter(({ status }) => status !== 200)).toEqual([])
    })

    it('follows another tab to the next user and out, and leaves no listener when taken down', async () => {
      const { tab, newTab } = await openSignedIn(browser, server, framework)
      const other = await newTab()
      await shows(other, 'guarded', 'Only for you')
      await other.evaluate(() => framed.signInAs('second@example.com'))
      await shows(tab, 'status', 'signed in as second@example.com')
      await press(other, 'sign-out')
      await shows(tab, 'otherwise', 'Please sign in')
      expect(await textOf(tab, 'guarded')).toBeNull()
      await shows(tab, 'status', 'signed out')
      // The other tabs hear of it before the server does.
      await expect.poll(() => seen('/auth/logout')).toHaveLength(1)
      expect(await tab.evaluate(() => framed.countListeners())).toBeGreaterThan(0)
      await tab.evaluate(async () => {
        await framed.unmount?.()
      })
      await expect.poll(() => tab.evaluate(() => framed.countListeners())).toBe(0)
      expect(complaints(tab)).toEqual([])
    })
  })
})
