import { createTestBrowser } from 'silent-refresh/testing'
import { expect, it, vi } from 'vitest'

const tokens = () => ({ access_token: crypto.randomUUID(), expires_in: 900 })
const browser = createTestBrowser({
  fetch: ({ url }) => Response.json(url.endsWith('/users') ? ['Ada'] : tokens()),
})
const { createSession } = browser.openTab()
vi.mock('silent-refresh/fetch', async (load) => ({ ...(await load<object>()), createSession }))
const { loadUsers, session } = await import('./users.ts') // yours: creates a session

it('loads the users, and has a new token after a quarter of an hour', async () => {
  expect(await browser.until(loadUsers())).toEqual(['Ada'])
  const before = await session.getAccessToken()
  await browser.advance(15 * 60_000)
  expect(await session.getAccessToken()).not.toBe(before)
})
