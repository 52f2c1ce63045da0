import { createTestBrowser, type TestBrowserOptions } from '../../src/testing.ts'
import { createApp } from './app.ts'
import { createServer, options } from './server.ts'

/** The app in a tab, past its start. */
export async function startApp(more: TestBrowserOptions = {}) {
  const server = createServer()
  const browser = createTestBrowser({ fetch: server.answer, ...more })
  const tab = browser.openTab()
  const session = tab.createSession(options)
  const app = createApp(session)
  await browser.until(session.ready())
  return { server, browser, tab, session, app }
}
