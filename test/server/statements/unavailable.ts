import { expect } from 'vitest'
import { type Answer, minute } from '../backend.ts'
import { grow } from '../chain.ts'
import { createTroubled } from './database.ts'

/** Trouble with the database, and no word about the session. */
export function expectUnavailable(answer: Answer): void {
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' }, cookies: [] })
  expect(answer.headers.get('retry-after')).toBe('1')
}

/** A page whose token is due, over a database that can be troubled. */
export async function signIn() {
  const troubled = await createTroubled()
  const page = troubled.backend.browser()
  const { access_token: token } = await page.login()
  // So that the token has a parent, whose row is written when it is exchanged.
  const tokens = await grow(troubled.backend, page, 1)
  troubled.backend.clock.advance(minute)
  return { ...troubled, page, token, tokens }
}
