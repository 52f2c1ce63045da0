import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDemoBackend } from '../../demo/host/backend.ts'
import { serveDemo } from '../../demo/host/serve.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createSqliteStore } from '../../demo/server/store/sqlite-store.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'

let page: string

beforeAll(async () => {
  page = await mkdtemp(join(tmpdir(), 'silent-refresh-demo-'))
  await build({
    configFile: fileURLToPath(new URL('../../demo/vite.config.ts', import.meta.url)),
    logLevel: 'warn',
    build: { outDir: page, emptyOutDir: true },
  })
})

afterAll(() => rm(page, { recursive: true, force: true }))

async function createNodeBackend() {
  const store = createSqliteStore(':memory:')
  onTestFinished(() => store.close())
  return createDemoBackend({ store, passwords: createPbkdf2Hasher({ iterations: 1000 }) })
}

async function openDemo(browser: TestBrowser, hosting: 'page' | 'server'): Promise<Demo> {
  const demo = await serveDemo(page, 0, hosting === 'server' ? await createNodeBackend() : undefined)
  onTestFinished(() => demo.close())
  const tab = await browser.newTab()
  await tab.goto(demo.url)
  const driver = drive(tab)
  await driver.shows('status', 'unauthenticated')
  // A click before this would be lost, so the page takes none.
  await tab.waitFor(() => document.querySelector('main')?.inert === false)
  return driver
}

type Demo = ReturnType<typeof drive>

/** Does what a user of the page does, and reads what they read. */
function drive(tab: Tab) {
  const read = (name: string) =>
    tab.evaluate((id) => document.querySelector(`[data-testid="${id}"]`)?.textContent ?? '', name)

  return {
    tab,
    read,
    press: (name: string) =>
      tab.evaluate((id) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`)?.click(), name),
    choose: (name: string, value: string) =>
      tab.evaluate(
        (id, wanted) => {
          const select = document.querySelector<HTMLSelectElement>(`[data-testid="${id}"]`)
          if (!select) throw new Error(`no ${id}`)
          select.value = wanted
          select.dispatchEvent(new Event('change'))
        },
        name,
        value,
      ),
    shows: (name: string, text: string) =>
      tab.waitFor(
        (id, part) => document.querySelector(`[data-testid="${id}"]`)?.textContent?.includes(part),
        name,
        text,
      ),
    async counts() {
      const names = ['answered', 'seen', 'failed', 'refreshes', 'sent', 'retried']
      const values = await Promise.all(names.map((name) => read(`count-${name}`)))
      return Object.fromEntries(names.map((name, index) => [name, Number(values[index])]))
    },
  }
}

async function signIn(demo: Demo): Promise<void> {
  await demo.press('sign-in-alice')
  await demo.shows('who', 'Alice')
  await demo.shows('log', 'Welcome, Alice.')
}

async function expire(demo: Demo): Promise<void> {
  await demo.press('expire')
  await demo.shows('log', 'the server refuses all tokens')
}

for (const hosting of ['page', 'server'] as const) {
  const title = `the demo with its backend in the ${hosting}`

  describeEngines(title, (browser) => {
    const open = () => openDemo(browser, hosting)

    it('says where its backend is, and has nothing to complain about in normal use', async () => {
      const demo = await open()
      const { tab } = demo
      const note = await tab.evaluate(() => {
        const shown = [...document.querySelectorAll<HTMLElement>('[data-hosting]')].filter(
          (one) => !one.hidden,
        )
        return shown.map((one) => one.textContent).join()
      })
      expect(note).toContain(hosting === 'page' ? 'only simulated' : 'no script can read')
      await signIn(demo)
      await demo.press('axios-20')
      await demo.press('fetch-20')
      await demo.shows('count-answered', '40')
      await tab.reload()
      await demo.shows('who', 'Alice')
      await demo.press('sign-out')
      await demo.shows('status', 'unauthenticated')
      await demo.shows('log', 'its cookie is gone')
      expect(tab.consoleErrors()).toEqual([])
      expect(await demo.read('problem')).toBe('')
    })

    it('answers 20 calls after the token has expired, with one refresh and no 401 for a caller', async () => {
      const demo = await open()
      await signIn(demo)
      await demo.press('axios-20')
      await demo.shows('count-answered', '20')
      expect(await demo.counts()).toMatchObject({ refreshes: 0, sent: 0, retried: 0 })
      await expire(demo)
      await demo.press('fetch-20')
      await demo.shows('log', '20 calls with fetch: 20 answered')
      await demo.shows('count-refreshes', '1')
      const { sent = 0, ...counts } = await demo.counts()
      expect(counts).toEqual({ answered: 40, seen: 0, failed: 0, refreshes: 1, retried: sent })
      expect(sent).toBeGreaterThan(0)
    })

    it.each(['unavailable', 'cut', 'lost'])(
      'keeps the session while the refresh endpoint is broken (%s), and recovers',
      async (fault) => {
        const demo = await open()
        await signIn(demo)
        await demo.choose('refresh-answer', fault)
        await demo.shows('log', 'The refresh endpoint now')
        await expire(demo)
        await demo.press('axios-1')
        await demo.shows('log', 'No new token')
        expect(await demo.read('status')).toBe('authenticated')
        await demo.choose('refresh-answer', 'normal')
        await demo.shows('log', 'The refresh endpoint now works')
        await demo.press('refresh')
        await demo.shows('reason', 'all is well')
        await demo.press('fetch-20')
        await demo.shows('log', '20 calls with fetch: 20 answered')
        expect(await demo.read('status')).toBe('authenticated')
      },
    )

    it('keeps the session over a reload, and shows no token and stores none', async () => {
      const demo = await open()
      await signIn(demo)
      await demo.tab.reload()
      await demo.shows('who', 'Alice')
      await demo.press('axios-20')
      await demo.shows('count-answered', '20')
      const seen = await demo.tab.evaluate(() => ({
        page: document.documentElement.outerHTML,
        stored: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
        cookies: document.cookie,
      }))
      expect(seen.page + seen.stored + seen.cookies).not.toContain('eyJ')
      expect(seen.cookies).not.toContain('sr_rt')
    })

    it('stays signed out when signed out during a refresh', async () => {
      const demo = await open()
      await signIn(demo)
      await demo.press('sign-out-refreshing')
      await demo.shows('status', 'unauthenticated')
      await demo.shows('log', 'its cookie is gone')
      await demo.tab.reload()
      await demo.shows('status', 'unauthenticated')
      expect(await demo.read('who')).toBe('nobody')
    })

    it('ends the session when the server does, and not for a wrong password', async () => {
      const demo = await open()
      await demo.press('sign-in-bob')
      await demo.shows('who', 'Bob')
      await demo.press('sign-in-wrong')
      await demo.shows('log', 'wrong password. Who was signed in before still is.')
      expect(await demo.read('who')).toContain('Bob')
      await demo.press('sign-out-everywhere')
      await demo.shows('log', 'ended all sessions')
      await demo.press('axios-1')
      await demo.shows('status', 'unauthenticated')
      expect(await demo.read('reason')).toContain('refused')
    })
  })
}

describe('the built demo', () => {
  it('loads nothing from elsewhere and runs no inline script', async () => {
    const html = await readFile(join(page, 'index.html'), 'utf8')
    expect(html).toContain("script-src 'self'; style-src 'self'")
    expect(html).not.toMatch(/(?:src|href)="(?!\.\/)|<script(?![^>]*\ssrc=)|\sstyle=/)
  })
})
