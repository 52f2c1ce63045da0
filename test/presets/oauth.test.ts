import { describe, expect, it } from 'vitest'
import { oauth } from '../../src/presets.ts'
import { failure, startOauth } from './backends/oauth.ts'
import { json } from './backends/tokens.ts'
import type { Contract } from './contract.ts'
import { keepsTheContract } from './contract-tests.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

const contract: Contract = {
  preset: () => oauth('/api/', { signOutPath: 'oauth/logout' }),
  start: startOauth,
  refresh: {
    name: 'POST /api/oauth/token',
    url: 'https://app.test/api/oauth/token',
    headers: { accept: 'application/json', 'x-silent-refresh': '1', ...form },
    body: 'grant_type=refresh_token',
  },
  signOut: {
    name: 'POST /api/oauth/logout',
    url: 'https://app.test/api/oauth/logout',
    headers: { accept: 'application/json', 'x-silent-refresh': '1', 'content-type': 'application/json' },
    body: '{}',
  },
  open: ['/api/oauth/token'],
  api: '/api/items',
  scheme: 'Bearer',
  lifetime: 3_600_000,
  lead: 52_500,
  login: () => fetch('/api/oauth/token', { method: 'POST', headers: form, body: 'grant_type=password' }),
  failures: [
    ['400 invalid_grant', () => failure('invalid_grant'), 'session over'],
    ['401 of a framework', () => json({ message: 'Unauthenticated.' }, 401), 'session over'],
    [
      '401 with a body of its own',
      () => json({ statusCode: 401, error: 'Unauthorized' }, 401),
      'session over',
    ],
    ['401 invalid_client', () => failure('invalid_client', 401), 'misconfigured'],
    ['400 invalid_client', () => failure('invalid_client'), 'misconfigured'],
    ['400 invalid_request', () => failure('invalid_request'), 'misconfigured'],
    ['400 unsupported_grant_type', () => failure('unsupported_grant_type'), 'misconfigured'],
    [
      '400 of something in between',
      () => new Response('<h1>Bad Request</h1>', { status: 400 }),
      'misconfigured',
    ],
    ['400 whose body is null', () => json(null, 400), 'misconfigured'],
    ['403', () => json({}, 403), 'misconfigured'],
    ['a token under another name', () => json({ accessToken: 'opaque' }), 'no token'],
  ],
  notExpired: [
    [
      'a scope that is missing',
      () => json({}, 401, { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' }),
    ],
    ['403', () => json({}, 403)],
  ],
}

describe('oauth', () => {
  keepsTheContract(contract)

  it('has no sign-out unless its path is given', () => {
    expect(oauth()).not.toHaveProperty('signOut')
  })
})
