import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import { type BuiltPage, buildPage, type StaticServer, servePage } from './page-host.ts'

let page: BuiltPage
let server: StaticServer

beforeAll(async () => {
  page = await buildPage(new URL('./pages/probe.ts', import.meta.url))
  server = await servePage(page.directory)
})

afterAll(async () => {
  await server?.close()
  await page?.cleanUp()
})

const statusOf = (tab: Tab): Promise<number> => tab.evaluate(async () => (await fetch('/')).status)

describeEngines('what only some browsers can do for a test', (browser) => {
  it('shows every tab as visible, unless it is made hidden', async () => {
    const profile = await browser.newProfile()
    const tabs = [await profile.newTab(), await profile.newTab()]
    for (const tab of tabs) {
      await tab.goto(`${server.origin}/`)
      expect(await tab.evaluate(() => document.visibilityState)).toBe('visible')
    }
    if (!browser.can.hiddenTabs) {
      await expect(profile.newTab({ hidden: true })).rejects.toThrow('cannot make hidden tabs')
      return
    }
    const hidden = await profile.newTab({ hidden: true })
    await hidden.goto(`${server.origin}/`)
    expect(await hidden.evaluate(() => document.visibilityState)).toBe('hidden')
  })

  it('takes a profile offline and back, where the engine can', async () => {
    const profile = await browser.newProfile()
    const tab = await profile.newTab()
    await tab.goto(`${server.origin}/`)
    if (!browser.can.setOffline) {
      await expect(profile.setOffline(true)).rejects.toThrow('cannot be set offline')
      return
    }
    await profile.setOffline(true)
    await expect(statusOf(tab)).rejects.toMatchObject({ name: 'TypeError' })
    expect(await tab.evaluate(() => navigator.onLine)).toBe(false)
    await profile.setOffline(false)
    expect(await statusOf(tab)).toBe(200)
  })

  it('collects console errors and uncaught exceptions, where the engine can', async () => {
    const tab = await browser.newTab()
    await tab.goto(`${server.origin}/`)
    await tab.evaluate(() => {
      console.error('from the console')
      console.log('no error')
      queueMicrotask(() => {
        throw new Error('not caught')
      })
    })
    const expected = browser.can.consoleErrors ? ['from the console', 'not caught'] : []
    await expect.poll(() => tab.consoleErrors().length).toBe(expected.length)
    for (const text of expected) expect(tab.consoleErrors().join('\n')).toContain(text)
  })

  it.each([
    ['the console', (token: string) => console.log({ token }.token)],
    ['an uncaught error', (token: string) => queueMicrotask(() => Promise.reject(new Error(token)))],
    ['a URL', (token: string) => fetch(`/?token=${token}`).then(String)],
    ['a referrer', (token: string) => history.pushState(null, '', `/?${token}`)],
    [
      'a request to another origin',
      (token: string) =>
        fetch(location.origin.replace('localhost', '127.0.0.1'), {
          mode: 'no-cors',
          headers: { Accept: token },
        }).then(String),
    ],
    ['the storage', (token: string) => localStorage.setItem('token', token)],
    [
      'a cookie',
      (token: string) => {
        // biome-ignore lint/suspicious/noDocumentCookie: what pages do
        document.cookie = `token=${token}`
      },
    ],
  ])('finds a token that a page lets out by %s, where the engine can', async (place, leak) => {
    const profile = await browser.newProfile()
    const tab = await profile.newTab()
    await tab.goto(`${server.origin}/`)
    await tab.evaluate(
      leak as (token: string) => unknown,
      `${'eyJ'.padEnd(20, 'a')}.${'eyJ'.padEnd(20, 'b')}`,
    )
    await tab.evaluate(async () => (await fetch('/')).status)
    const seen = new Set<string>()
    const look = () => [...profile.tokensSeen()].reduce((all, each) => all.add(each), seen)
    if (browser.can.consoleErrors) await expect.poll(look).toContain(place)
    else expect(look().size).toBe(0)
  })

  it('takes a screenshot', async () => {
    const tab = await browser.newTab()
    await tab.goto(`${server.origin}/`)
    const path = join(tmpdir(), `silent-refresh-${crypto.randomUUID()}.png`)
    try {
      await tab.screenshot(path)
      expect((await readFile(path)).subarray(1, 4).toString()).toBe('PNG')
    } finally {
      await rm(path, { force: true })
    }
  })
})

describeEngines('a browser whose processes are known, where they are', (browser) => {
  it('gives each tab a process of its own', async () => {
    const profile = await browser.newProfile()
    const tabs = [await profile.newTab(), await profile.newTab()] as const
    for (const tab of tabs) await tab.goto(`${server.origin}/`)
    if (!browser.can.rendererProcesses) {
      await expect(tabs[0].rendererPid()).rejects.toThrow('does not tell which process')
      return
    }
    const pids = [await tabs[0].rendererPid(), await tabs[1].rendererPid()]
    expect(new Set(pids).size).toBe(2)
    expect(await tabs[0].rendererPid()).toBe(pids[0])
  })

  it('crashes a tab, and loads it again', async () => {
    const tab = await browser.newTab()
    await tab.goto(`${server.origin}/`)
    if (!browser.can.rendererProcesses) {
      await expect(tab.crash()).rejects.toThrow('does not tell which process')
      return
    }
    await tab.evaluate(() => {
      document.title = 'before'
    })
    await tab.crash()
    await tab.reload()
    expect(await tab.evaluate(() => document.title)).toBe('Test page')
  })
})

describeEngines(
  'a browser with its back/forward cache',
  (browser) => {
    it('brings a page back as it was left', async () => {
      const tab = await browser.newTab()
      await tab.goto(`${server.origin}/`)
      await tab.evaluate(() => {
        addEventListener('pageshow', ({ persisted }) => {
          document.title = persisted ? 'back from the cache' : 'loaded anew'
        })
      })
      await tab.leave(`${server.origin}/assets/page.js`)
      await tab.waitFor(() => location.pathname === '/assets/page.js' && document.readyState === 'complete')
      await tab.evaluate(() => history.back())
      expect(await tab.waitFor(() => location.pathname === '/' && document.title)).toBe('back from the cache')
    })
  },
  { engines: ['chromium'], backForwardCache: true },
)
