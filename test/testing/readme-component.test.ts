import { createTestSession } from 'silent-refresh/testing'
import { expect, it } from 'vitest'
import { createApp } from './app.ts' // yours: takes a session

it('asks the user to sign in again when the session has expired', async () => {
  const session = createTestSession() // signed in
  const app = createApp(session)
  session.set({ status: 'unauthenticated', reason: 'expired' })
  expect(app.banner).toBe('Please sign in again')

  await session.signIn(() => ({ access_token: 'secret' }))
  expect(app.banner).toBe('')
  expect(session.calls.signIn).toBe(1)
})
