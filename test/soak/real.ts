import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Browser, type CDPSession, chromium, firefox, type Page } from 'playwright-core'
import { pause } from '../browser/engines/bounds.ts'
import { chromiumOptions } from '../browser/engines/chromium.ts'
import { firefoxOptions } from '../browser/engines/firefox.ts'
import { buildPage } from '../browser/page-host.ts'
import type { Checkpoint } from './growth.ts'
import { plainEngine } from './plain-engine.ts'
import type { ServerCount } from './server.ts'

export type RealEngine = 'chromium' | 'firefox'

export interface RealReport {
  readonly engine: RealEngine
  readonly version: string
  readonly minutes: number
  readonly points: readonly Checkpoint[]
  /** Sign-outs that nobody asked for, 401s that a caller saw, and what else went wrong. */
  readonly signOuts: number
  readonly unauthorized: number
  readonly failures: readonly string[]
}

const tabNames = ['first tab', 'second tab', 'third tab'] as const
/** Refreshed every five seconds all the same: a busy machine may let a request wait longer than that. */
const lifetime = 20_000
const interval = 25_000
/** Everything has been done once or twice by then. */
const warmUp = 3
const users = ['demo@example.com', 'second@example.com'] as const

async function startBackend(root: string, directory: string) {
  const database = join(directory, 'soak.sqlite')
  const child = fork(new URL('./server.ts', import.meta.url), [database, root, String(lifetime)], {
    execArgv: ['--expose-gc', ...plainEngine],
  })
  const [url] = (await once(child, 'message')) as [string]

  function rows(): Record<string, number> {
    const db = new DatabaseSync(database, { readOnly: true })
    try {
      const count = (table: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)
      const pragma = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])
      return {
        'sessions in the database': count('sessions'),
        'refresh tokens in the database': count('refresh_tokens'),
        'audit entries in the database': count('audit_log'),
        'pages of the database in use': pragma('page_count') - pragma('freelist_count'),
      }
    } finally {
      db.close()
    }
  }

  return {
    url,
    async count(): Promise<{ counts: Record<string, number>; heap: number }> {
      child.send({ what: 'count' })
      const [{ heap, connections }] = (await once(child, 'message')) as [ServerCount]
      return { counts: { 'connections of the server': connections, ...rows() }, heap }
    },
    async close(): Promise<void> {
      const ended = once(child, 'exit')
      child.send({ what: 'close' })
      await ended
    },
  }
}

async function measurePage(session: CDPSession): Promise<{ counts: Record<string, number>; heap: number }> {
  for (let round = 0; round < 3; round++) await session.send('HeapProfiler.collectGarbage')
  const { documents, nodes, jsEventListeners } = await session.send('Memory.getDOMCounters')
  const { metrics } = await session.send('Performance.getMetrics')
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0
  return { heap, counts: { documents, nodes, 'event listeners of all kinds': jsEventListeners } }
}

const prefixed = (prefix: string, counts: Record<string, number>) =>
  Object.fromEntries(Object.entries(counts).map(([what, count]) => [`${prefix}: ${what}`, count]))

const setVisibility = (page: Page, state: string) =>
  page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)

async function openTab(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.waitForFunction(() => globalThis.soak?.session.getSnapshot().status !== 'loading')
}

async function launch(engine: RealEngine): Promise<Browser> {
  if (engine === 'firefox') return firefox.launch(firefoxOptions())
  const { args = [], ...options } = chromiumOptions()
  return chromium.launch({ ...options, args: [...args, `--js-flags=${plainEngine.join(' ')}`] })
}

/** Three tabs of one user in a real browser for so many minutes, and the backend; counted every 25 seconds. */
export async function liveReally(engine: RealEngine, minutes: number): Promise<RealReport> {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-soak-'))
  const built = await buildPage(new URL('./page.ts', import.meta.url))
  const backend = await startBackend(built.directory, directory)
  const browser = await launch(engine)
  try {
    const context = await browser.newContext()
    const pages: Page[] = []
    const sessions: CDPSession[] = []
    const events = { calls: 0, refreshes: 0, 'sign-ins': 0, reloads: 0 }
    const seen = { signOuts: 0, unauthorized: 0, answered: 0 }
    const failures: string[] = []
    let expectedEnds = 0

    for (const _ of tabNames) {
      const page = await context.newPage()
      pages.push(page)
      await openTab(page, backend.url)
      if (engine === 'firefox') continue
      const session = await context.newCDPSession(page)
      await session.send('Performance.enable')
      sessions.push(session)
    }
    const [first, second, third] = pages as [Page, Page, Page]
    const inAll = <T>(work: (page: Page) => Promise<T>) => Promise.all(pages.map(work))

    /** What the page has seen since the last time. */
    async function harvest(page: Page): Promise<void> {
      const { calls, answered, refreshes, unauthorized, ended, errors } = await page.evaluate(() => {
        const { seen, failures } = globalThis.soak
        const told = { ...seen, errors: failures.splice(0) }
        Object.assign(seen, { calls: 0, answered: 0, unauthorized: 0, ended: 0, refreshes: 0 })
        return told
      })
      events.calls += calls
      events.refreshes += refreshes
      seen.answered += answered
      seen.unauthorized += unauthorized
      seen.signOuts += ended
      failures.push(...errors)
    }

    async function signIn(page: Page): Promise<void> {
      const user = users[events['sign-ins']++ % users.length] ?? users[0]
      await page.evaluate((email) => globalThis.soak.signIn(email), user)
      await inAll((each) =>
        each.waitForFunction(() => globalThis.soak.session.getSnapshot().status === 'authenticated'),
      )
    }

    const beQuiet = () => inAll((page) => page.evaluate(() => globalThis.soak.beQuiet()))
    const beBusy = () => inAll((page) => page.evaluate(() => globalThis.soak.beBusy()))

    /** Nobody calls while nobody is signed in: a 401 would be right then. */
    async function changeUser(page: Page): Promise<void> {
      await beQuiet()
      expectedEnds += pages.length
      await page.evaluate(() => globalThis.soak.session.signOut())
      await inAll((each) =>
        each.waitForFunction(() => globalThis.soak.session.getSnapshot().status === 'unauthenticated'),
      )
      await signIn(pages[events['sign-ins'] % pages.length] ?? first)
    }

    async function reload(page: Page): Promise<void> {
      events.reloads++
      await page.evaluate(() => globalThis.soak.beQuiet())
      await harvest(page)
      await page.reload()
      await page.waitForFunction(() => globalThis.soak?.session.getSnapshot().status === 'authenticated')
      await page.evaluate(() => globalThis.soak.beBusy())
    }

    /** One of each: so every checkpoint has the same behind it. */
    async function liveOn(end: number): Promise<void> {
      await changeUser(pages[events['sign-ins'] % pages.length] ?? first)
      await beBusy()
      await pause(4000)
      await setVisibility(second, 'hidden')
      await pause(6000)
      await reload(third)
      await setVisibility(second, 'visible')
      await pause(Math.max(0, end - Date.now()))
    }

    async function takeCount(start: number): Promise<Checkpoint> {
      await beQuiet()
      await first.evaluate(() => globalThis.soak.session.refresh())
      await pause(300)
      await inAll(harvest)
      const counts: Record<string, number> = {}
      const bytes: Record<string, number> = {}
      for (const [index, name] of tabNames.entries()) {
        const session = sessions[index]
        const measured = session && (await measurePage(session))
        const own = await (pages[index] ?? first).evaluate(() => globalThis.soak.countAll())
        // Without a way to collect garbage, those of signals that are gone are counted as well.
        if (!session) delete own['listeners of abort signals']
        Object.assign(counts, prefixed(name, { ...own, ...measured?.counts }))
        // A reload begins anew.
        if (measured && name !== 'third tab') bytes[`the heap of the ${name}`] = measured.heap
      }
      const server = await backend.count()
      bytes['the heap of the server'] = server.heap
      return {
        at: Date.now() - start,
        events: { ...events },
        counts: { ...counts, ...prefixed('server', server.counts) },
        // On a busy machine the next refresh may begin before all is counted.
        exact: [],
        bytes,
      }
    }

    await signIn(first)
    const points: Checkpoint[] = []
    const start = Date.now()
    const rounds = Math.round((minutes * 60_000) / interval)
    for (let round = 1; round <= rounds; round++) {
      await liveOn(start + round * interval)
      const point = await takeCount(start)
      if (round > warmUp) points.push(point)
    }
    return {
      engine,
      version: browser.version(),
      minutes,
      points,
      signOuts: seen.signOuts - expectedEnds,
      unauthorized: seen.unauthorized,
      failures,
    }
  } finally {
    await browser.close()
    await backend.close()
    await built.cleanUp()
    await rm(directory, { recursive: true, force: true })
  }
}
