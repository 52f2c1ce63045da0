import { describe, expect, it } from 'vitest'
import { superTokens } from '../../src/presets.ts'
import { said, startSuperTokens } from './backends/super-tokens.ts'
import { json } from './backends/tokens.ts'
import { type Contract, openPage } from './contract.ts'
import { keepsTabsTogether, keepsTheContract } from './contract-tests.ts'
import { leavesWithToken } from './leaving.ts'

const headers = {
  accept: 'application/json',
  'fdi-version': expect.stringMatching(/^1\.16,.*4\.1$/) as string,
  rid: 'anti-csrf',
  'st-auth-mode': 'cookie',
}

const frontToken = (told: object): HeadersInit => ({ 'front-token': btoa(JSON.stringify(told)) })

const contract: Contract = {
  preset: () => superTokens('https://api.test'),
  start: startSuperTokens,
  refresh: {
    name: 'POST /auth/session/refresh',
    url: 'https://api.test/auth/session/refresh',
    headers,
    body: '',
  },
  signOut: { name: 'POST /auth/signout', url: 'https://api.test/auth/signout', headers, body: '' },
  open: ['signin', 'signup', 'user/password/reset/token', 'user/password/reset'].map(
    (path) => `https://api.test/auth/${path}`,
  ),
  api: 'https://api.test/api/items',
  apiHeaders: { rid: 'anti-csrf' },
  scheme: undefined,
  lifetime: 3_600_000,
  lead: 52_500,
  login: () =>
    fetch('https://api.test/auth/signin', {
      method: 'POST',
      headers: { rid: 'anti-csrf', 'st-auth-mode': 'cookie' },
      credentials: 'include',
    }),
  failures: [
    ['401 unauthorised', () => said('unauthorised'), 'session over'],
    ['401 token theft detected', () => said('token theft detected'), 'session over'],
    ['401 try refresh token', () => said('try refresh token'), 'misconfigured'],
    ['403', () => said('invalid claim', 403), 'misconfigured'],
    ['400', () => said('bad input', 400), 'misconfigured'],
  ],
  notExpired: [
    ['401 unauthorised', () => said('unauthorised')],
    ['403 invalid claim', () => json({ message: 'invalid claim', claimValidationErrors: [] }, 403)],
  ],
}

describe('superTokens', () => {
  keepsTheContract(contract)
  keepsTabsTogether(contract)
  leavesWithToken(contract)

  it('lives below the base path of its API', () => {
    expect(superTokens('/', { apiBasePath: '/api/auth/' })).toMatchObject({
      refresh: { url: '/api/auth/session/refresh' },
    })
  })

  it.each([
    ['claims without the moment of issue', (end: number) => frontToken({ ate: end, up: {} }), 600_000],
    ['no claims', (end: number) => frontToken({ ate: end }), 600_000],
    ['a header that is no base64', () => ({ 'front-token': 'remove' }), undefined],
    ['no header', () => ({}), undefined],
  ] as const)('does with a front-token that has %s', async (_, told, lifetime) => {
    const page = await openPage(contract)
    await page.advance(6000)
    page.instead.set(contract.refresh.name, () => {
      const date = new Date(page.now())
      date.setMilliseconds(0)
      const headers = { ...told(date.getTime() + 600_000), Date: date.toUTCString() }
      return Response.json({}, { headers })
    })
    const startedAt = page.now()
    await Promise.all([page.session.refresh(), page.advance(100)])
    const { expiresAt } = page.session.getSnapshot()
    expect(expiresAt && expiresAt - startedAt).toBe(lifetime)
  })
})
