// What tabs cost each other, in real browsers: node test/bench/tabs.ts [chromium] [firefox] [webkit]
import { type RunningServer, startServer } from '../../demo/server/node.ts'
import { ENGINE_NAMES, type EngineName, type Profile, type Tab } from '../browser/engines/engine.ts'
import { startEngine } from '../browser/engines/start-engine.ts'
import { type BuiltPage, buildPage } from '../browser/page-host.ts'
import { quantile } from '../server/stress/figures.ts'

const tabCount = 20
const lifetime = 8000
const expiries = 5
const starts = 15

const show = (values: readonly number[]) => {
  const [median, highest] = [quantile([...values], 0.5), Math.max(...values)]
  return `${median.toFixed(0)} ms (at most ${highest.toFixed(0)}, n = ${values.length})`
}

const open = (url: string, options: object = {}) =>
  `${url}/?options=${encodeURIComponent(JSON.stringify(options))}`

async function openTab(profile: Profile, url: string): Promise<Tab> {
  const tab = await profile.newTab()
  await tab.goto(url)
  await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
  return tab
}

const signIn = (tab: Tab) =>
  tab.evaluate(async () => {
    await app.signIn('alice')
  })

/** From the end of the old token's life until the last of the tabs holds the new one. */
async function measureExpiry(profile: Profile, server: RunningServer): Promise<void> {
  const url = open(server.url, { refreshMargin: 0 })
  const tabs = [await openTab(profile, url)]
  await Promise.all(tabs.map(signIn))
  while (tabs.length < tabCount) tabs.push(await openTab(profile, url))
  const last: number[] = []
  const calls: number[] = []
  const refreshes: number[] = []
  for (let round = 0; round < expiries; round++) {
    // All have heard of the same token, whichever that was.
    await tabs[0]?.evaluate(() => app.session.refresh().then(Boolean))
    server.control.resetLog()
    const waits = await Promise.all(
      tabs.map((tab) =>
        tab.evaluate(async () => {
          const { expiresAt = 0 } = app.session.getSnapshot()
          await new Promise((resolve) => setTimeout(resolve, expiresAt - Date.now() + 1))
          await app.session.getAccessToken()
          return Date.now() - expiresAt
        }),
      ),
    )
    last.push(Math.max(...waits))
    const seen = server.control.log().filter(({ path }) => path === '/auth/refresh')
    refreshes.push(seen.length)
    for (const { at, answeredAt } of seen) calls.push((answeredAt ?? at) - at)
  }
  console.log(`  ${tabCount} tabs hold a new token after the expiry of theirs: ${show(last)}`)
  console.log(`    of which the server took ${show(calls)}; refreshes per expiry: ${refreshes.join(' ')}`)
  await Promise.all(tabs.map((tab) => tab.close()))
}

/** From `createSession` until the first request leaves. */
async function measureStart(profile: Profile, url: string): Promise<number> {
  const tab = await profile.newTab()
  await tab.goto(`${url}&eager`)
  const waited = await tab.evaluate(async () => {
    await app.kept.first
    const [created] = performance.getEntriesByName('session')
    const request = performance.getEntriesByType('resource').find(({ name }) => name.includes('/api/items'))
    return (request?.startTime ?? NaN) - (created?.startTime ?? NaN)
  })
  await tab.close()
  return waited
}

async function measureStarts(profile: Profile, server: RunningServer): Promise<void> {
  const url = open(server.url)
  const sibling = await openTab(profile, url)
  await signIn(sibling)
  const count = async () => {
    server.control.resetLog()
    const waits: number[] = []
    while (waits.length < starts) waits.push(await measureStart(profile, url))
    const refreshes = server.control.log().filter(({ path }) => path === '/auth/refresh').length
    return `${show(waits)}, ${refreshes} refreshes`
  }
  console.log(`  first request of a new tab leaves, with a sibling: ${await count()}`)
  await sibling.close()
  console.log(`  first request of a new tab leaves, alone:          ${await count()}`)
}

async function measureLocks(profile: Profile, server: RunningServer): Promise<void> {
  const tab = await openTab(profile, open(server.url))
  await signIn(tab)
  const { calls, locks } = await tab.evaluate(async () => {
    const { locks } = navigator
    const request = locks.request.bind(locks) as (...args: unknown[]) => Promise<unknown>
    let count = 0
    Object.defineProperty(locks, 'request', {
      value: (...args: unknown[]) => {
        count++
        return request(...args)
      },
    })
    const statuses = await app.fire(100)
    const before = count
    // Proof that they are counted.
    await app.session.refresh()
    if (count === before) throw new Error('a refresh took no lock')
    return { calls: statuses.filter((status) => status === 200).length, locks: before }
  })
  console.log(`  lock requests for ${calls} requests with a valid token: ${locks}`)
  await tab.close()
}

async function measure(name: EngineName, page: BuiltPage): Promise<void> {
  const engine = await startEngine(name)
  const options = { database: ':memory:', control: true, rateLimits: false, staticRoot: page.directory }
  const [shortLived, usual] = [
    await startServer({ ...options, accessTokenLifetime: lifetime }),
    await startServer(options),
  ]
  try {
    console.log(`${name} ${engine.version}`)
    const profile = await engine.newProfile()
    await measureExpiry(profile, shortLived)
    await measureStarts(profile, usual)
    await measureLocks(profile, usual)
  } finally {
    await engine.close()
    await shortLived.close()
    await usual.close()
  }
}

const asked = process.argv.slice(2)
const names = asked.length === 0 ? ['chromium'] : asked
const engines = ENGINE_NAMES.filter((name) => names.includes(name))
if (engines.length < names.length) throw new Error(`known are ${ENGINE_NAMES.join(', ')}`)
const page = await buildPage(new URL('../browser/pages/session.ts', import.meta.url))
try {
  for (const name of engines) await measure(name, page)
} finally {
  await page.cleanUp()
}
