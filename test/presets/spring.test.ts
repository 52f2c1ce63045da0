import { describe, expect, it } from 'vitest'
import { spring } from '../../src/presets.ts'
import { challenge, failure, startSpringCookies, startSpringTokens } from './backends/spring.ts'
import type { Contract } from './contract.ts'
import { keepsTabsTogether, keepsTheContract } from './contract-tests.ts'

const headers = {
  accept: 'application/json',
  'content-type': 'application/json',
  'x-xsrf-token': 'csrf-of-alice',
}

const contract: Contract = {
  preset: () => spring(),
  start: startSpringTokens,
  refresh: {
    name: 'POST /api/auth/refresh',
    url: 'https://app.test/api/auth/refresh',
    headers,
    body: '{}',
  },
  signOut: {
    name: 'POST /api/auth/logout',
    url: 'https://app.test/api/auth/logout',
    headers,
    body: '{}',
  },
  open: ['/api/auth/login'],
  api: '/api/items',
  apiHeaders: { 'x-xsrf-token': 'csrf-of-alice' },
  scheme: 'Bearer',
  lifetime: 900_000,
  lead: 52_500,
  login: () => fetch('/api/auth/login', { method: 'POST' }),
  failures: [
    ['401', () => failure(401, 'Unauthorized'), 'session over'],
    ['400 without cookie', () => failure(400, 'Bad Request'), 'session over'],
    ['403 for CSRF', () => failure(403, 'Forbidden'), 'misconfigured'],
    ['500', () => failure(500, 'Internal Server Error'), 'try later'],
  ],
  notExpired: [
    ['403', () => failure(403, 'Forbidden')],
    ['a scope that is missing', () => failure(403, 'Forbidden', challenge('insufficient_scope'))],
    ['401 of another scheme', () => failure(401, 'Unauthorized', { 'WWW-Authenticate': 'Basic realm="x"' })],
  ],
}

describe('spring', () => {
  keepsTheContract(contract)

  it('finds the endpoints where they are', () => {
    const paths = { refreshPath: 'auth/refreshtoken', signOutPath: 'auth/signout', loginPath: 'auth/signin' }
    expect(spring('/api', paths)).toMatchObject({
      refresh: { url: '/api/auth/refreshtoken' },
      signOut: { url: '/api/auth/signout' },
      exclude: ['/api/auth/signin'],
    })
  })
})

describe('spring, cookies only', () => {
  const cookieOnly: Contract = {
    ...contract,
    preset: () => {
      const preset = spring('/', { cookieOnly: true })
      return { ...preset, refresh: { ...preset.refresh, lifetime: 900_000 } }
    },
    start: startSpringCookies,
    scheme: undefined,
  }
  keepsTheContract(cookieOnly)
  keepsTabsTogether(cookieOnly)
})
