import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBackend } from './backend-page.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import { serveInFront } from './front.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

async function embed(browser: TestBrowser, from: 'localhost' | '127.0.0.1') {
  const { url: backend, seen } = await startBackend(page)
  // The backend forbids that its own pages are embedded.
  const url = await serveInFront(page, backend)
  const tab = await browser.newTab()
  await tab.goto(`${url}/`)
  await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
  const answer = await tab.evaluate(
    async (src) => {
      const frame = document.createElement('iframe')
      frame.src = src
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
      const answered = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data)))
      frame.contentWindow?.postMessage('try', '*')
      return answered
    },
    url.replace('localhost', from),
  )
  return { tab, answer, seen }
}

describeEngines('a page that is embedded', (browser) => {
  it('in one of another site works, and does not claim to reach all tabs', async () => {
    const { tab, answer } = await embed(browser, '127.0.0.1')
    expect(answer).toMatchObject({ coordination: 'local', calls: [200, 200], errors: [] })
    expect(await tab.evaluate(() => app.session.getSnapshot().status)).toBe('unauthenticated')
  })

  it('in one of its own origin is one of the tabs', async () => {
    const { tab, answer, seen } = await embed(browser, 'localhost')
    expect(answer).toMatchObject({ coordination: 'full', calls: [200, 200], errors: [] })
    await tab.waitFor(() => app.session.getSnapshot().status === 'authenticated')
    const before = seen('/auth/refresh').length
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(seen('/auth/refresh')).toHaveLength(before)
  })
})
