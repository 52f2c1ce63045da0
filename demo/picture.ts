// Records the picture of the README from the running demo: two tabs, their token expired, 20 calls in each.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { findBrowser } from '../test/browser/engines/find-browser.ts'
import { createDemoBackend } from './host/backend.ts'
import { serveDemo } from './host/serve.ts'
import { createArgon2Hasher } from './server/host/node-passwords.ts'
import { createSqliteStore } from './server/store/sqlite-store.ts'

const size = { width: 1200, height: 1000 }
/** So old a token has to be before its refusal is believed. */
const freshness = 5200

async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  await page.locator('main:not([inert])').waitFor()
  return page
}

async function record(context: BrowserContext, url: string, file: string): Promise<void> {
  const first = await openTab(context, url)
  await first.getByTestId('sign-in-alice').click()
  await first.getByTestId('who').getByText('Alice').waitFor()
  const second = await openTab(context, url)
  await second.getByTestId('who').getByText('Alice').waitFor()
  await first.bringToFront()
  await first.getByTestId('fetch-20').click()
  await first.waitForTimeout(freshness)
  await first.getByText('Tabs and reloads').click()
  await first.getByTestId('fire-everywhere').click()
  await first
    .getByTestId('timeline-summary')
    .getByText(/calls waited/)
    .waitFor()
  await first.waitForTimeout(1500)
  const picture = await first.getByTestId('timeline-panel').screenshot({ animations: 'disabled' })
  await writeFile(join(import.meta.dirname, 'picture', file), picture)
  console.log(`demo/picture/${file}: ${await first.getByTestId('timeline-summary').innerText()}`)
}

const store = createSqliteStore(':memory:')
const backend = await createDemoBackend({ store, passwords: createArgon2Hasher() })
const demo = await serveDemo(join(import.meta.dirname, 'dist'), 0, backend)
const lookup = findBrowser('chromium')
if (!lookup.found) throw new Error(lookup.reason)
const browser = await chromium.launch({ executablePath: lookup.paths })
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme, viewport: size, deviceScaleFactor: 1.5 })
    await record(context, demo.url, `${colorScheme}.png`)
    await context.close()
  }
} finally {
  await browser.close()
  await demo.close()
  await store.close()
}
