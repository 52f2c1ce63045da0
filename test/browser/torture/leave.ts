// Leaves a page again and again during its refresh, and counts who is signed out by it.
//   node test/browser/torture/leave.ts chromium 200 [strict|default] [seed]
import type { RunningServer } from '../../../demo/server/node.ts'
import { messageOf, pause } from '../engines/bounds.ts'
import { ENGINE_NAMES, type Engine, type Profile, type Tab } from '../engines/engine.ts'
import { startEngine } from '../engines/start-engine.ts'
import { type BuiltPage, buildPage } from '../page-host.ts'
import { countReuses, openTab, pick, seeded, startWorld, tellLog } from './arrange.ts'

type Exit = 'link' | 'reload' | 'close' | 'crash'

interface Count {
  runs: number
  signedOut: number
  reused: number
  hung: number
}

const lanes = 4
const longestDelay = 1000

const [engineName, countText = '200', modeText, seedText = '1'] = process.argv.slice(2)
const name = ENGINE_NAMES.find((known) => known === engineName)
const modes = ['strict', 'default'].filter((mode) => modeText === undefined || mode === modeText)
if (name === undefined || modes.length === 0 || !(Number(countText) > 0)) {
  throw new Error(
    'usage: node test/browser/torture/leave.ts chromium|firefox|webkit [times] [strict|default] [seed]',
  )
}

/** Leaves the page, and gives the tab with the one that follows. */
async function leave(exit: Exit, profile: Profile, tab: Tab, url: string): Promise<Tab> {
  switch (exit) {
    case 'link': {
      await tab.evaluate(() => {
        Object.assign(globalThis, { isOld: true })
      })
      await tab.leave(`${url}/?${crypto.randomUUID()}`)
      await tab.waitFor(() => !('isOld' in globalThis) && app.session !== undefined)
      return tab
    }
    case 'reload':
      await tab.reload()
      return tab
    case 'close':
      await tab.close()
      return openTab(profile, `${url}/`)
    case 'crash':
      await tab.crash()
      await tab.reload()
      return tab
  }
}

/** How the page that follows stands, once it knows. */
async function judge(tab: Tab): Promise<'fine' | 'signed out' | 'hung'> {
  try {
    await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
    const [status] = await tab.evaluate(() => app.fire(1))
    return status === 200 ? 'fine' : 'signed out'
  } catch (error) {
    console.log(messageOf(error))
    return 'hung'
  }
}

async function runLane(engine: Engine, server: RunningServer, times: number, random: () => number) {
  const counts = new Map<Exit, Count>()
  const exits: Exit[] = ['link', 'reload', 'close']
  if (engine.can.rendererProcesses) exits.push('crash')
  const profile = await engine.newProfile()
  let tab = await openTab(profile, `${server.url}/`)
  let isSignedIn = false
  for (let run = 0; run < times; run++) {
    if (!isSignedIn) {
      await tab.evaluate(async () => {
        await app.signIn('alice')
      })
    }
    const exit = pick(random, exits)
    const delay = Math.floor(random() * longestDelay)
    const moment = Math.floor(random() * (delay + 150))
    const isSlowAfter = random() < 0.5
    const before = await countReuses(server)
    server.control.resetLog()
    server.control.set({ refreshDelay: delay })
    const start = Date.now()
    await tab.evaluate(() => {
      app.session.refresh().catch(() => {})
    })
    await pause(moment)
    if (!isSlowAfter) server.control.set({ refreshDelay: 0 })
    const left = Date.now() - start
    tab = await leave(exit, profile, tab, server.url)
    const outcome = await judge(tab)
    const reused = (await countReuses(server)) - before
    const count = counts.get(exit) ?? { runs: 0, signedOut: 0, reused: 0, hung: 0 }
    counts.set(exit, {
      runs: count.runs + 1,
      signedOut: count.signedOut + Number(outcome === 'signed out'),
      reused: count.reused + reused,
      hung: count.hung + Number(outcome === 'hung'),
    })
    if (outcome !== 'fine' || reused > 0) {
      console.log(`${exit}: ${outcome}, left at ${left}, answer after ${delay}: ${tellLog(server, start)}`)
    }
    isSignedIn = outcome === 'fine'
    // The driver cannot do everything with a tab that has crashed once.
    if (exit === 'crash') {
      const crashed = tab
      tab = await openTab(profile, `${server.url}/`)
      await crashed.close()
    }
    await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
  }
  await profile.close()
  return counts
}

async function runMode(engine: Engine, page: BuiltPage, mode: string): Promise<void> {
  const each = Math.ceil(Number(countText) / lanes)
  const all = await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const server = await startWorld(page, { strict: mode === 'strict' })
      try {
        return await runLane(engine, server, each, seeded(Number(seedText) * 1000 + lane))
      } finally {
        await server.close()
      }
    }),
  )
  const rows: Record<string, Count> = {}
  for (const [exit, count] of all.flatMap((counts) => [...counts])) {
    const title = `${engine.name} ${mode} ${exit}`
    const sum = rows[title] ?? { runs: 0, signedOut: 0, reused: 0, hung: 0 }
    for (const key of Object.keys(count) as (keyof Count)[]) sum[key] += count[key]
    rows[title] = sum
  }
  console.table(rows)
}

const page = await buildPage(new URL('../pages/session.ts', import.meta.url))
const engine = await startEngine(name)
try {
  for (const mode of modes) await runMode(engine, page, mode)
} finally {
  await engine.close()
  await page.cleanUp()
}
