import { onTestFinished } from 'vitest'
import { type ServerOptions, startServer } from '../../demo/server/node.ts'
import type { TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import type { BuiltPage } from './page-host.ts'

/** The reference backend with a built page on it, and what it has seen of a path. */
export async function startBackend(page: BuiltPage, options: Partial<ServerOptions> = {}) {
  const server = await startServer({
    port: 0,
    database: ':memory:',
    accessTokenLifetime: 60_000,
    gracePeriod: 1000,
    control: true,
    staticRoot: page.directory,
    ...options,
  })
  onTestFinished(() => server.close())
  const seen = (path: string) => server.control.log().filter((entry) => entry.path.startsWith(path))
  return { ...server, seen }
}

/** A tab of a new user on the page, its session created with `options`. */
export async function openPage(browser: TestBrowser, url: string, options: object = {}): Promise<Tab> {
  const tab = await browser.newTab()
  await tab.goto(`${url}/?options=${encodeURIComponent(JSON.stringify(options))}`)
  await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
  return tab
}
