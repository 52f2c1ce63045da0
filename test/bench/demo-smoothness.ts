// How smoothly the demo's timeline flows: node test/bench/demo-smoothness.ts
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { createDemoBackend } from '../../demo/host/backend.ts'
import { serveDemo } from '../../demo/host/serve.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createMemoryStore } from '../../demo/server/store/memory-store.ts'
import type { Profile, Tab } from '../browser/engines/engine.ts'
import { startEngine } from '../browser/engines/start-engine.ts'

const tabCount = 4
const calls = 500
/** So long the refresh takes: all calls wait meanwhile. */
const wait = 3000

const press = (tab: Tab, name: string) =>
  tab.evaluate((id) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`)?.click(), name)

const shows = (tab: Tab, name: string, text: string) =>
  tab.waitFor(
    (id, part) => document.querySelector(`[data-testid="${id}"]`)?.textContent?.includes(part),
    name,
    text,
  )

async function openTab(profile: Profile, url: string): Promise<Tab> {
  const tab = await profile.newTab()
  await tab.goto(url)
  await tab.waitFor(() => document.querySelector('main')?.inert === false)
  return tab
}

/** Counts frames and long tasks in the page for so long, while something else goes on. */
async function measure(tab: Tab, what: string, duration: number): Promise<void> {
  const { frames, longestGap, tasks } = await tab.evaluate(async (time) => {
    const tasks: number[] = []
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration)
    })
    observer.observe({ type: 'longtask' })
    const gaps: number[] = []
    const start = performance.now()
    let last = start
    while (last - start < time) {
      const now = await new Promise<number>((resolve) =>
        requestAnimationFrame(() => resolve(performance.now())),
      )
      gaps.push(now - last)
      last = now
    }
    observer.disconnect()
    return { frames: gaps.length, longestGap: Math.max(...gaps), tasks }
  }, duration)
  const rate = (frames / duration) * 1000
  const longest = tasks.length === 0 ? 'none above 50 ms' : `longest ${Math.max(...tasks).toFixed(0)} ms`
  const words = `${rate.toFixed(1)} frames per second, longest gap ${longestGap.toFixed(0)} ms`
  console.log(`  ${what.padEnd(44)} ${words}; ${tasks.length} long tasks, ${longest}`)
}

const slowDown = (tab: Tab) =>
  tab.evaluate(async (refreshDelay) => {
    const headers = { 'Content-Type': 'application/json' }
    await fetch('/demo/faults', { method: 'POST', headers, body: JSON.stringify({ refreshDelay }) })
  }, 2 * wait)

/** All calls of the first tab meet a 401, then wait together with one of each other tab. */
async function fireAll(tabs: readonly Tab[]): Promise<void> {
  const [first, ...others] = tabs
  if (!first) return
  // Until the token is old enough to be believed expired.
  await new Promise((resolve) => setTimeout(resolve, 5500))
  await press(first, 'clear')
  await press(first, 'expire')
  await shows(first, 'log', 'refuses all tokens')
  await press(first, 'axios-500')
  for (const tab of others) await press(tab, 'fetch-1')
  await measure(first, `${calls} calls fired and answered 401`, wait)
  await measure(first, `${calls} calls waiting`, wait / 2)
  await measure(first, `${calls} calls retried and answered`, wait)
  await shows(first, 'log', `${calls} calls with axios: ${calls} answered`)
}

const page = await mkdtemp(join(tmpdir(), 'silent-refresh-smoothness-'))
const configFile = fileURLToPath(new URL('../../demo/vite.config.ts', import.meta.url))
await build({ configFile, logLevel: 'warn', build: { outDir: page, emptyOutDir: true } })
// In memory: what is measured is the page, and the server shares its machine.
const passwords = createPbkdf2Hasher({ iterations: 1000 })
const demo = await serveDemo(page, 0, await createDemoBackend({ store: createMemoryStore(), passwords }))
const engine = await startEngine('chromium')
try {
  console.log(`chromium ${engine.version}, ${tabCount} tabs`)
  const profile = await engine.newProfile()
  const first = await openTab(profile, demo.url)
  await press(first, 'sign-in-alice')
  await shows(first, 'who', 'Alice')
  const tabs = [first]
  while (tabs.length < tabCount) tabs.push(await openTab(profile, demo.url))
  for (const tab of tabs) await shows(tab, 'status', 'authenticated')
  await first.bringToFront()
  await shows(first, 'timeline-totals', `${tabCount} tabs`)
  await measure(first, 'at rest', wait)
  await slowDown(first)
  console.log('the timeline in sight')
  await fireAll(tabs)
  await measure(first, 'at rest again, all of them in sight', wait)
  // What the calls cost by themselves.
  console.log('the timeline out of sight, which is then not drawn')
  await first.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await fireAll(tabs)
} finally {
  await engine.close()
  await demo.close()
  await rm(page, { recursive: true, force: true })
}
