import { describe, expect, it } from 'vitest'
import { djRestAuth } from '../../src/presets.ts'
import { startDjRestAuth, unauthorized } from './backends/dj-rest-auth.ts'
import { json } from './backends/tokens.ts'
import { type Contract, openPage } from './contract.ts'
import { keepsTheContract } from './contract-tests.ts'

const headers = {
  accept: 'application/json',
  'content-type': 'application/json',
  'x-csrftoken': 'csrf-of-alice',
}

const contract: Contract = {
  preset: () => djRestAuth(),
  start: startDjRestAuth,
  refresh: {
    name: 'POST /api/auth/token/refresh/',
    url: 'https://app.test/api/auth/token/refresh/',
    headers,
    body: '{}',
  },
  signOut: {
    name: 'POST /api/auth/logout/',
    url: 'https://app.test/api/auth/logout/',
    headers,
    body: '{}',
  },
  open: ['login/', 'registration/', 'password/reset/', 'password/reset/confirm/'].map(
    (path) => `/api/auth/${path}`,
  ),
  api: '/api/items/',
  scheme: 'Bearer',
  lifetime: 300_000,
  lead: 52_500,
  login: () => fetch('/api/auth/login/', { method: 'POST' }),
  failures: [
    ['401 token_not_valid', () => unauthorized('Token is invalid', 'token_not_valid'), 'session over'],
    ['401 no_active_account', () => unauthorized('No active account', 'no_active_account'), 'session over'],
    ['403 CSRF', () => json({ detail: 'CSRF Failed: CSRF token missing.' }, 403), 'misconfigured'],
    ['400', () => json({ refresh: ['This field may not be null.'] }, 400), 'misconfigured'],
    ['a token without its name', () => json({ access_token: 'opaque' }), 'no token'],
  ],
  notExpired: [
    ['401 user_inactive', () => unauthorized('User is inactive', 'user_inactive')],
    ['401 user_not_found', () => unauthorized('User not found', 'user_not_found')],
    ['401 password_changed', () => unauthorized('The password has been changed.', 'password_changed')],
    ['401 authentication_failed', () => unauthorized('No', 'authentication_failed')],
    ['403', () => json({ detail: 'You do not have permission to perform this action.' }, 403)],
  ],
}

describe('djRestAuth', () => {
  keepsTheContract(contract)

  it.each(['dj-rest-auth/', 'dj-rest-auth'])(
    'finds the endpoints where the urls are included: %s',
    (urls) => {
      const { refresh, signOut, exclude } = djRestAuth('https://api.test/', { urls })
      expect(refresh.url).toBe('https://api.test/dj-rest-auth/token/refresh/')
      expect(signOut).toMatchObject({ url: 'https://api.test/dj-rest-auth/logout/' })
      expect(exclude).toContain('https://api.test/dj-rest-auth/login/')
    },
  )

  it('counts the moment that it is told from the moment that the server says it is now', async () => {
    const page = await openPage(contract)
    await page.advance(6000)
    page.instead.set(contract.refresh.name, () =>
      Response.json(
        { access: 'opaque', access_expiration: '2031-05-01T12:10:00.123456+02:00' },
        { headers: { Date: 'Thu, 01 May 2031 10:00:00 GMT' } },
      ),
    )
    const startedAt = page.now()
    await Promise.all([page.session.refresh(), page.advance(100)])
    expect(page.session.getSnapshot().expiresAt).toBe(startedAt + 600_123)
  })

  it('sends no CSRF header to the API, which knows the user by the token', async () => {
    const page = await openPage(contract)
    page.send('/api/items/', { method: 'POST' }).catch(() => {})
    await page.advance(100)
    expect(page.callsTo('POST /api/items/')[0]?.headers.has('X-CSRFToken')).toBe(false)
  })
})
