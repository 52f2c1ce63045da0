// Six tabs of one user in Chromium, and everything that can happen to them, for some minutes.
//   node test/browser/torture/tabs.ts [minutes] [seed]
import { pause } from '../engines/bounds.ts'
import type { Tab } from '../engines/engine.ts'
import { startEngine } from '../engines/start-engine.ts'
import { buildPage } from '../page-host.ts'
import { countReuses, openTab, pick, seeded, startWorld } from './arrange.ts'
import { createHistory } from './history.ts'

const [minutesText = '10', seedText = '1'] = process.argv.slice(2)
const minutes = Number(minutesText)
if (!(minutes > 0)) throw new Error('usage: node test/browser/torture/tabs.ts [minutes] [seed]')

const users = ['demo@example.com', 'second@example.com'] as const
const most = 6
const lifetime = 5000
const gracePeriod = 6000
/**
 * Below the server's grace period, as it should be, and more than twice what any answer takes: Chromium itself sends a
 * request again whose connection was cut. What comes later than that may overwrite the cookie of a later login, and no
 * client can help it.
 */
const options = { refreshTimeout: 4000, refreshMargin: 1500 }

const random = seeded(Number(seedText))
const history = createHistory()
const page = await buildPage(new URL('../pages/traffic.ts', import.meta.url))
const server = await startWorld(page, { accessTokenLifetime: lifetime, gracePeriod })
const engine = await startEngine('chromium')
const profile = await engine.newProfile()
const url = `${server.url}/?options=${encodeURIComponent(JSON.stringify(options))}`
const tabs = new Map<number, Tab>()
let opened = 0
const done: Record<string, number> = {}
const happened: string[] = []

async function harvest(number: number, tab: Tab): Promise<void> {
  history.judge(number, await tab.evaluate(() => traffic.harvest()))
}

/** What led to a sign-out that nobody wanted; then the user signs in again, or all that follows would be one, too. */
async function explain(tab: Tab): Promise<void> {
  const log = server.control
    .log()
    .filter(({ path, at }) => path.startsWith('/auth/') && at > Date.now() - 30_000)
  for (const { path, at, answeredAt, status, cookieHash, setCookieHash } of log) {
    console.log(`  ${at} to ${answeredAt ?? '-'} ${path} ${status} ${cookieHash} > ${setCookieHash ?? '-'}`)
  }
  const entries = await server.store.read((records) => records.listAuditEntries(20))
  console.log(entries.map(({ event, at, detail }) => `  ${at} ${event} ${detail ?? ''}`).join('\n'))
  console.log(happened.slice(-30).join('\n'))
  await signIn(tab)
}

const untilReady = (tab: Tab) => tab.waitFor(() => typeof traffic === 'object')

async function open(): Promise<void> {
  const tab = await openTab(profile, url)
  tabs.set(++opened, tab)
}

const signIn = (tab: Tab) => {
  const user = pick(random, users)
  return history.change(user, () => tab.evaluate((email) => traffic.signIn(email), user))
}

/** A 401 for a token of a moment ago is passed on, not blamed on its age; so tokens are made to expire later. */
function isCalm(): boolean {
  const calls = server.control.log().filter(({ path }) => /^\/auth\/(refresh|login)$/.test(path))
  // That moment is a quarter of the lifetime. A call without an answer has been dropped, or is under way.
  return calls.every(({ at, answeredAt }) => Date.now() - (answeredAt ?? at + 2500) > lifetime / 4 + 100)
}

/** What can happen; each with how often, compared with the others. */
const events: Record<
  string,
  readonly [weight: number, happen: (tab: Tab, number: number) => Promise<unknown>]
> = {
  open: [4, async () => tabs.size < most && open()],
  close: [
    2,
    async (tab, number) => {
      if (tabs.size <= 2) return
      await harvest(number, tab)
      tabs.delete(number)
      await tab.close()
    },
  ],
  reload: [
    4,
    async (tab, number) => {
      await harvest(number, tab)
      await tab.reload()
      await untilReady(tab)
    },
  ],
  navigate: [
    4,
    async (tab, number) => {
      await harvest(number, tab)
      const target = `${url}&${crypto.randomUUID()}`
      await tab.leave(target)
      await tab.waitFor((target) => location.href === target && typeof traffic === 'object', target)
    },
  ],
  offline: [
    1,
    () =>
      history.whileOffline(async () => {
        await profile.setOffline(true)
        await pause(random() * 3000)
        await profile.setOffline(false)
      }),
  ],
  signIn: [1, (tab) => signIn(tab)],
  signOut: [
    1,
    async (tab) => {
      await history.change(null, () => tab.evaluate(() => traffic.session.signOut()))
      await pause(random() * 3000)
      await signIn(pick(random, [...tabs.values()]))
    },
  ],
  expire: [4, async () => isCalm() && server.control.expireTokens()],
  lose: [3, async () => server.control.set({ dropRefreshAnswers: 1 })],
  slow: [4, async () => server.control.set({ refreshDelay: random() * 1200 })],
  hang: [1, async () => server.control.set({ refreshDelay: 1900 })],
  quick: [4, async () => server.control.set({ refreshDelay: 0 })],
}

const hat = Object.entries(events).flatMap(([name, [weight]]) => Array<string>(weight).fill(name))

async function settle(): Promise<void> {
  server.control.set(null)
  const end = Date.now() + 30_000
  for (const tab of tabs.values()) await tab.evaluate(() => traffic.beQuiet())
  for (const [number, tab] of tabs) {
    let last = await tab.evaluate(() => traffic.harvest())
    history.judge(number, last)
    while (last.open.length > 0 && Date.now() < end) {
      await pause(100)
      last = await tab.evaluate(() => traffic.harvest())
      history.judge(number, last)
    }
    history.judgeOpen(number, last)
  }
}

try {
  const end = Date.now() + minutes * 60_000
  await open()
  await signIn(pick(random, [...tabs.values()]))
  while (Date.now() < end) {
    const name = pick(random, hat)
    const [number, tab] = pick(random, [...tabs])
    const before = history.findings.spuriousSignOuts
    happened.push(`  ${Date.now()} ${name} (tab ${number})`)
    await events[name]?.[1](tab, number)
    done[name] = (done[name] ?? 0) + 1
    await pause(random() * 500)
    for (const [number, tab] of tabs) await harvest(number, tab)
    if (history.findings.spuriousSignOuts > before) await explain(pick(random, [...tabs.values()]))
  }
  await settle()
  history.judgeLog(server.control.log())
  const refreshes = server.control.log().filter(({ path }) => path === '/auth/refresh').length
  console.table({ ...history.findings, refreshes, reused: await countReuses(server) })
  console.table(done)
} finally {
  await engine.close()
  await server.close()
  await page.cleanUp()
}
