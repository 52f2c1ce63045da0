import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll } from 'vitest'
import { createDemoBackend } from '../../demo/host/backend.ts'
import { serveDemo } from '../../demo/host/serve.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createSqliteStore } from '../../demo/server/store/sqlite-store.ts'
import type { TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'

/** Builds the page once for the tests of a file; tells in which folder. */
export function buildDemo(): () => string {
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
  return () => page
}

export type Hosting = 'page' | 'server'

export interface OpenedDemo extends Demo {
  readonly url: string
}

/** One tab for all tests of a describe. */
export function openDemo(browser: TestBrowser, hosting: Hosting, builtPage: () => string): () => OpenedDemo {
  let demo: OpenedDemo
  const closing: (() => Promise<void>)[] = []
  beforeAll(async () => {
    const store = createSqliteStore(':memory:')
    const passwords = createPbkdf2Hasher({ iterations: 1000 })
    const backend = hosting === 'server' ? await createDemoBackend({ store, passwords }) : undefined
    const served = await serveDemo(builtPage(), 0, backend)
    closing.push(served.close, () => store.close())
    demo = { ...drive(await browser.newTab()), url: served.url }
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })
  return () => demo
}

const faultless = {
  refresh: 'normal',
  refreshDelay: 0,
  tokenLifetime: 60_000,
  clockOffset: 0,
  gracePeriod: 10_000,
  offline: false,
}

/** The page as if it had just been opened, by somebody who is signed out and has broken nothing. */
export async function openAnew(demo: OpenedDemo): Promise<void> {
  const { tab } = demo
  const isOpen = await tab.evaluate((url) => location.origin === new URL(url).origin, demo.url)
  if (!isOpen) await tab.goto(demo.url)
  await untilReady(demo)
  await tab.evaluate(async (faults) => {
    const headers = { 'Content-Type': 'application/json' }
    await fetch('/demo/faults', { method: 'POST', headers, body: JSON.stringify(faults) })
  }, faultless)
  if (isOpen) await tab.reload()
  await untilReady(demo)
  if ((await demo.read('status')) === 'unauthenticated') return
  await demo.press('sign-out')
  await demo.shows('log', 'its cookie is gone')
  await demo.press('clear')
}

/** A click before this would be lost, so the page takes none. */
export async function untilReady({ tab }: Demo): Promise<void> {
  await tab.waitFor(
    () =>
      document.querySelector('main')?.inert === false &&
      !document.querySelector('[data-testid="status"]')?.textContent?.includes('ing'),
  )
}

export async function signIn(demo: Demo): Promise<void> {
  await demo.press('sign-in-alice')
  await demo.shows('who', 'Alice')
  await demo.shows('log', 'Welcome, Alice.')
}

export async function expire(demo: Demo): Promise<void> {
  await demo.press('expire')
  await demo.shows('log', 'the server refuses all tokens')
}

export type Demo = ReturnType<typeof drive>

/** Does what a user of the page does, and reads what they read. */
export function drive(tab: Tab) {
  const read = (name: string) =>
    tab.evaluate((id) => document.querySelector(`[data-testid="${id}"]`)?.textContent ?? '', name)

  return {
    tab,
    read,
    press: (name: string) =>
      tab.evaluate((id) => {
        const element = document.querySelector<HTMLElement>(`[data-testid="${id}"]`)
        if (!element) throw new Error(`no ${id}`)
        // What is folded away cannot be clicked.
        const group = element.closest('details')
        if (group) group.open = true
        element.click()
      }, name),
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
