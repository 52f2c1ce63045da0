import { expect, it, onTestFinished } from 'vitest'
import { createDemoBackend } from '../../demo/host/backend.ts'
import { serveDemo } from '../../demo/host/serve.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createSqliteStore } from '../../demo/server/store/sqlite-store.ts'
import { buildDemo, drive, expire, type Hosting, signIn, untilReady } from './demo-page.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Profile, Tab } from './engines/engine.ts'

/** The parts of an exported run that are looked at here. */
interface Run {
  readonly format: string
  readonly version: number
  readonly tabs: readonly { readonly id: string; readonly name: string; readonly closedAt?: number }[]
  readonly refreshes: readonly {
    readonly tab: string
    readonly outcome: string
    readonly reason?: string
    readonly adoptedFrom?: string
  }[]
  readonly requests: readonly {
    readonly path: string
    readonly state: string
    readonly sends: number
    readonly steps: readonly { readonly state: string }[]
  }[]
}

const builtPage = buildDemo()

async function startDemo(hosting: Hosting): Promise<string> {
  const store = createSqliteStore(':memory:')
  const passwords = createPbkdf2Hasher({ iterations: 1000 })
  const backend = hosting === 'server' ? await createDemoBackend({ store, passwords }) : undefined
  const demo = await serveDemo(builtPage(), 0, backend)
  onTestFinished(async () => {
    await demo.close()
    store.close()
  })
  return demo.url
}

async function openTab(profile: Profile, url: string) {
  const tab = await profile.newTab()
  await tab.goto(url)
  const demo = watch(tab)
  await untilReady(demo)
  await tab.evaluate(() => {
    const { warn } = console
    console.warn = (...words) => {
      console.error('warned:', ...words)
      warn(...words)
    }
  })
  return demo
}

async function openSignedIn(browser: TestBrowser, hosting: Hosting) {
  const url = await startDemo(hosting)
  const profile = await browser.newProfile()
  const demo = await openTab(profile, url)
  await signIn(demo)
  return { demo, openSecond: () => openTab(profile, url) }
}

/** Does what a visitor does with the timeline, besides. */
function watch(tab: Tab) {
  return {
    ...drive(tab),
    typeKey: (key: string) =>
      tab.evaluate((name) => {
        const area = document.querySelector<HTMLElement>('[data-testid="timeline"]')
        area?.focus()
        const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true })
        document.activeElement?.dispatchEvent(event)
      }, key),
    picture: () =>
      tab.evaluate(
        () => document.querySelector<HTMLCanvasElement>('[data-testid="timeline-flow"]')?.toDataURL() ?? '',
      ),
    /** The text of the file that the visitor would get. */
    exported: () =>
      tab.evaluate(async () => {
        let file: Blob | undefined
        const { createObjectURL } = URL
        const { click } = HTMLAnchorElement.prototype
        URL.createObjectURL = (blob) => {
          file = blob as Blob
          return createObjectURL.call(URL, blob)
        }
        HTMLAnchorElement.prototype.click = () => undefined
        document.querySelector<HTMLElement>('[data-testid="timeline-export"]')?.click()
        URL.createObjectURL = createObjectURL
        HTMLAnchorElement.prototype.click = click
        return (await file?.text()) ?? ''
      }),
    /** Without what browsers themselves say of every 401. */
    complaints: () => tab.consoleErrors().filter((text) => !/status of 401/.test(text)),
  }
}

const whole = ['new', 'sent', 'refused', 'waiting', 'retried', 'answered']

describeEngines('the timeline of the demo', (browser) => {
  it.each<Hosting>(['page', 'server'])(
    'shows 20 calls wait for one refresh, and exports that without a secret (backend in the %s)',
    async (hosting) => {
      const { demo } = await openSignedIn(browser, hosting)
      await demo.press('timeline-clear')
      await expire(demo)
      await demo.press('fetch-20')
      await demo.shows('log', '20 calls with fetch: 20 answered')
      await demo.shows('timeline-totals', '1 tab · 20 requests · 1 refresh · ')
      await demo.shows('timeline-totals', ' · 20 answered')
      await demo.shows('timeline-summary', 'for one refresh: all answered')
      const text = await demo.exported()
      expect(text).not.toMatch(/eyJ[\w-]+\.eyJ/)
      const run = JSON.parse(text) as Run
      expect([run.format, run.version]).toEqual(['silent-refresh-timeline', 1])
      expect(run.tabs.map(({ name }) => name)).toEqual(['this tab'])
      expect(run.refreshes.map(({ outcome, reason }) => [outcome, reason])).toEqual([
        ['refreshed', 'rejected'],
      ])
      expect(run.requests.map(({ path, state }) => `${path} ${state}`)).toEqual(
        Array(20).fill('/api/items answered'),
      )
      const retried = run.requests.filter(({ sends }) => sends === 2)
      expect(retried.length).toBeGreaterThan(0)
      // One whose 401 came after the refresh needs not wait.
      for (const { steps } of retried) {
        expect(whole).toEqual(expect.arrayContaining(steps.map(({ state }) => state)))
      }
      await demo.shows('timeline-totals', ` · ${retried.length} retried · `)
      expect(demo.complaints()).toEqual([])
    },
  )

  it('has a lane for each tab, and says whose token another tab took over', async () => {
    const { demo, openSecond } = await openSignedIn(browser, 'server')
    const second = await openSecond()
    await second.shows('status', 'authenticated')
    await demo.shows('timeline-totals', '2 tabs')
    await expire(demo)
    await demo.press('axios-20')
    await demo.shows('log', '20 calls with axios: 20 answered')
    await demo.shows('timeline-summary', 'This tab refreshed, tab 2 took over the token of this tab.')
    await second.shows('timeline-summary', 'Tab 2 refreshed, this tab took over the token of tab 2.')
    const run = JSON.parse(await demo.exported()) as Run
    const [own, other] = run.tabs
    expect([own?.name, other?.name]).toEqual(['this tab', 'tab 2'])
    const taken = run.refreshes.filter(({ outcome }) => outcome === 'adopted')
    expect(taken.at(-1)).toMatchObject({ tab: other?.id, adoptedFrom: own?.id })
    expect(run.refreshes.filter(({ outcome }) => outcome === 'refreshed')).toMatchObject([{ tab: own?.id }])

    await second.tab.close()
    const isClosed = async () => (JSON.parse(await demo.exported()) as Run).tabs[1]?.closedAt !== undefined
    await expect.poll(isClosed, { timeout: 20_000 }).toBe(true)
    expect([...demo.complaints(), ...second.complaints()]).toEqual([])
  })

  it('flows, stands still while it is paused, and goes on', async () => {
    const { demo } = await openSignedIn(browser, 'server')
    await demo.tab.bringToFront()
    const moving = await demo.picture()
    await expect.poll(demo.picture).not.toBe(moving)
    await demo.press('timeline-clear')
    await demo.press('timeline-pause')
    const still = await demo.picture()
    await demo.press('axios-20')
    await demo.shows('timeline-totals', ' · 20 answered')
    expect(await demo.picture()).toBe(still)
    await demo.press('timeline-pause')
    await expect.poll(demo.picture).not.toBe(still)
  })

  it('is walked through with the arrow keys, and each step is told', async () => {
    const { demo } = await openSignedIn(browser, 'server')
    await demo.press('timeline-clear')
    await expire(demo)
    await demo.press('axios-1')
    await demo.shows('timeline-totals', ' · 1 answered')
    const told: string[] = []
    for (const key of ['End', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft']) {
      await demo.typeKey(key)
      const spoken = await demo.read('timeline-spoken')
      expect(await demo.read('timeline-details')).toBe(spoken)
      told.push(spoken)
    }
    expect(told).toEqual([
      expect.stringMatching(/^Access token of this tab since .* got by a refresh; expires in/),
      expect.stringMatching(
        /^Refresh of this tab, wanted at .* because a call was answered 401; asked after .*; 1 call waited for it/,
      ),
      expect.stringMatching(
        /^Call \d+ of this tab, GET \/api\/items with axios; .* then retried; answered 200/,
      ),
      expect.stringMatching(
        /^Access token of this tab since .* got by signing in; .* you had the server refuse/,
      ),
    ])
    // What is looked at does not run away.
    expect(await demo.read('timeline-pause')).toBe('Go on')
    await demo.typeKey('Escape')
    await demo.press('timeline-pause')
    expect(await demo.read('timeline-pause')).toBe('Pause')
    expect(demo.complaints()).toEqual([])
  })

  it('shows by itself, at the press of one button, what it is all about', async () => {
    const demo = await openTab(await browser.newProfile(), await startDemo('server'))
    await demo.press('timeline-show')
    await demo.shows('timeline-summary', '20 calls waited')
    await demo.shows('timeline-summary', 'for one refresh: all answered, no caller saw a 401.')
    expect(demo.complaints()).toEqual([])
  })
})
