import { describe, expect, it } from 'vitest'
import { directus, directusSession } from '../../src/presets.ts'
import { track } from '../helpers/track.ts'
import { failure, startDirectusCookie, startDirectusSession } from './backends/directus.ts'
import { type Contract, openPage, post } from './contract.ts'
import { keepsTabsTogether, keepsTheContract } from './contract-tests.ts'

const headers = { accept: 'application/json', 'content-type': 'application/json' }
const login = () => fetch('https://cms.test/auth/login', { method: 'POST', credentials: 'include' })

const contract: Contract = {
  preset: () => directus('https://cms.test'),
  start: startDirectusCookie,
  refresh: {
    name: 'POST /auth/refresh',
    url: 'https://cms.test/auth/refresh',
    headers,
    body: '{"mode":"cookie"}',
  },
  signOut: {
    name: 'POST /auth/logout',
    url: 'https://cms.test/auth/logout',
    headers,
    body: '{"mode":"cookie"}',
  },
  open: ['auth/login', 'auth/password/request', 'auth/password/reset', 'users/register'].map(
    (path) => `https://cms.test/${path}`,
  ),
  api: 'https://cms.test/items/articles',
  scheme: 'Bearer',
  lifetime: 900_000,
  lead: 52_500,
  login,
  failures: [
    ['400 INVALID_PAYLOAD', () => failure(400, 'INVALID_PAYLOAD'), 'session over'],
    ['401 INVALID_CREDENTIALS', () => failure(401, 'INVALID_CREDENTIALS'), 'session over'],
    ['401 USER_SUSPENDED', () => failure(401, 'USER_SUSPENDED'), 'session over'],
    ['401 INVALID_OTP', () => failure(401, 'INVALID_OTP'), 'misconfigured'],
    ['403 FORBIDDEN', () => failure(403, 'FORBIDDEN'), 'misconfigured'],
    ['403 of a firewall', () => new Response('', { status: 403 }), 'misconfigured'],
    ['429 REQUESTS_EXCEEDED', () => failure(429, 'REQUESTS_EXCEEDED'), 'try later'],
    ['503 SERVICE_UNAVAILABLE', () => failure(503, 'SERVICE_UNAVAILABLE'), 'try later'],
  ],
  notExpired: [
    ['403 INVALID_TOKEN', () => failure(403, 'INVALID_TOKEN')],
    ['403 FORBIDDEN', () => failure(403, 'FORBIDDEN')],
    ['401 INVALID_CREDENTIALS', () => failure(401, 'INVALID_CREDENTIALS')],
    ['401 USER_SUSPENDED', () => failure(401, 'USER_SUSPENDED')],
  ],
}

describe('directus', () => {
  keepsTheContract({
    ...contract,
    failures: [
      ...contract.failures,
      ['401 TOKEN_EXPIRED', () => failure(401, 'TOKEN_EXPIRED'), 'misconfigured'],
    ],
  })
})

describe('directusSession', () => {
  const session: Contract = {
    ...contract,
    preset: () => directusSession('https://cms.test'),
    start: startDirectusSession,
    refresh: { ...contract.refresh, body: '{"mode":"session"}' },
    signOut: {
      ...contract.refresh,
      name: 'POST /auth/logout',
      url: 'https://cms.test/auth/logout',
      body: '{"mode":"session"}',
    },
    scheme: undefined,
    lifetime: 86_400_000,
    expired: () => failure(401, 'TOKEN_EXPIRED'),
    failures: [
      ...contract.failures,
      ['401 TOKEN_EXPIRED', () => failure(401, 'TOKEN_EXPIRED'), 'session over'],
    ],
  }
  keepsTheContract(session)
  keepsTabsTogether(session)

  it('is over once its cookie has expired before it could be refreshed', async () => {
    const page = await openPage(session)
    await page.advance(6000)
    page.backend.expire()
    const answers = Array.from({ length: 20 }, () => track(post(page, session)))
    await page.advance(1000)
    expect(answers.map(({ value }) => value?.status)).toEqual(Array.from({ length: 20 }, () => 401))
    expect(page.callsTo('POST /auth/refresh')).toHaveLength(2)
    expect(page.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })
})
