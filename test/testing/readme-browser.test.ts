import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { createTestBrowser } from 'silent-refresh/testing'
import { expect, it } from 'vitest'
import { createApp } from './app.ts' // yours: takes a session

it('keeps the user signed in through an outage and a night of sleep', async () => {
  const refresh = () => HttpResponse.json({ access_token: crypto.randomUUID(), expires_in: 900 })
  const users = http.get('https://app.test/api/users', () => HttpResponse.json(['Ada']))
  setupServer(http.post('https://app.test/auth/refresh', refresh), users).listen()

  const browser = createTestBrowser({ origin: 'https://app.test' })
  const app = createApp(browser.openTab().createSession({ refresh: '/auth/refresh' }))
  browser.goOffline()
  await browser.advance(60 * 60_000) // an hour, in no time
  browser.goOnline()
  browser.sleep(8 * 60 * 60_000)
  expect(await browser.until(app.loadUsers())).toEqual(['Ada'])
})
