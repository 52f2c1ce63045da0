import { expect, it } from 'vitest'
import { openPage } from './open-page.ts'
import { describeMigration } from './scenarios.ts'
import { startTokenBodyServer } from './token-body-server.ts'

describeMigration('axios-jwt', startTokenBodyServer, {
  expired: { succeeded: 10, refreshes: 1, isSignedIn: true },
  late: { succeeded: 0, refreshes: 0, isSignedIn: true },
  outage: { succeeded: 0, refreshes: 1, isSignedIn: true },
  endsOnServer: false,
})

it('axios-jwt: turns a refresh token that is in localStorage alone into a cookie', async () => {
  const backend = await startTokenBodyServer()
  const page = await openPage('axios-jwt/before', backend.url)
  await page.signIn()
  const { storage } = await page.look()
  const next = await openPage('axios-jwt/after', backend.url, { storage, cookies: [] })
  expect(await next.get('/items?n=2')).toMatchObject({ items: [{}, {}] })
  const left = await next.look()
  expect(left.cookies).toEqual([expect.objectContaining({ key: 'refresh_token', httpOnly: true })])
  expect(left.storage.map(([key]) => key)).not.toContain('auth-tokens-production')
})
