import { describe, expect, it } from 'vitest'
import { strapi } from '../../src/presets.ts'
import { track } from '../helpers/track.ts'
import { failure, startStrapi } from './backends/strapi.ts'
import { type Contract, wireOf } from './contract.ts'
import { keepsTheContract } from './contract-tests.ts'
import { leaveAfterExpiry, leavesWithToken } from './leaving.ts'
import { visit } from './visit.ts'

const headers = {
  accept: 'application/json',
  'content-type': 'application/json',
  'x-strapi-refresh-cookie': 'httpOnly',
}

const contract: Contract = {
  preset: () => strapi('https://cms.test/'),
  start: startStrapi,
  refresh: {
    name: 'POST /api/auth/refresh',
    url: 'https://cms.test/api/auth/refresh',
    headers,
    body: '{}',
  },
  signOut: {
    name: 'POST /api/auth/logout',
    url: 'https://cms.test/api/auth/logout',
    headers: { ...headers, authorization: expect.stringMatching(/^Bearer \S+$/) as string },
    body: '{}',
  },
  open: ['local', 'local/register', 'forgot-password', 'reset-password'].map(
    (path) => `https://cms.test/api/auth/${path}`,
  ),
  api: 'https://cms.test/api/articles',
  scheme: 'Bearer',
  lifetime: 1_800_000,
  lead: 52_500,
  login: () => fetch('https://cms.test/api/auth/local', { method: 'POST', headers, credentials: 'include' }),
  failures: [
    ['400', () => failure(400, 'BadRequestError', 'Missing refresh token'), 'session over'],
    ['401', () => failure(401, 'UnauthorizedError', 'Invalid refresh token'), 'session over'],
    ['403', () => failure(403, 'ForbiddenError', 'Forbidden'), 'misconfigured'],
    ['404: the mode is off', () => failure(404, 'NotFoundError', 'Not Found'), 'misconfigured'],
    ['429', () => failure(429, 'RateLimitError', 'Too many requests'), 'try later'],
  ],
  notExpired: [
    ['403', () => failure(403, 'ForbiddenError', 'Forbidden')],
    ['400', () => failure(400, 'ValidationError', 'Invalid')],
  ],
}

describe('strapi', () => {
  keepsTheContract(contract)
  leavesWithToken(contract)

  it('signs out with the token that the refresh before it has brought', async () => {
    const { calls, signOut } = await leaveAfterExpiry(contract)
    const [first, second] = calls.filter(({ name }) => name === signOut.name)
    expect(second && wireOf(second)).toEqual(signOut)
    expect(second?.headers.get('Authorization')).not.toBe(first?.headers.get('Authorization'))
  })

  it('signs out a user whose token is not there yet', async () => {
    const page = visit(contract.preset(), contract.start)
    const { session } = page.openTab()
    const done = track(session.signOut())
    await page.advance(1000)
    expect(done.state).toBe('resolved')
    const [first, second] = page.callsTo('POST /api/auth/logout')
    expect(first?.headers.has('Authorization')).toBe(false)
    expect(second?.headers.has('Authorization')).toBe(true)
    expect(page.jar.get('strapi_up_refresh')).toBeUndefined()
  })
})
