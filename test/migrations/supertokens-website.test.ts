import { expect, it } from 'vitest'
import { openPage } from './open-page.ts'
import { describeMigration } from './scenarios.ts'
import { startSuperTokensServer } from './super-tokens-server.ts'

describeMigration('supertokens-website', startSuperTokensServer, {
  expired: { succeeded: 10, refreshes: 1, isSignedIn: true },
  late: { succeeded: 2, refreshes: 1, isSignedIn: true },
  outage: { succeeded: 0, refreshes: 1, isSignedIn: true },
  endsOnServer: true,
})

it.each(['before', 'after'])(
  'supertokens-website, %s: ends the session on the server although the access token has expired',
  async (app) => {
    const backend = await startSuperTokensServer()
    const page = await openPage(`supertokens-website/${app}`, backend.url)
    await page.signIn()
    const left = await page.look()
    await backend.expireTokens(page)
    await page.signOut()
    // With the cookies of before: nobody has removed them at a thief's.
    const thief = await openPage('supertokens-website/after', backend.url, left)
    await expect(thief.get('/items?n=2')).rejects.toThrow('401')
  },
)
