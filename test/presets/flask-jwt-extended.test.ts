import { describe, expect, it } from 'vitest'
import { flaskJwtExtended } from '../../src/presets.ts'
import { track } from '../helpers/track.ts'
import { said, startFlaskCookies, startFlaskHeaders } from './backends/flask-jwt-extended.ts'
import { type Contract, openPage, post } from './contract.ts'
import { keepsTabsTogether, keepsTheContract } from './contract-tests.ts'

const headers = {
  accept: 'application/json',
  'content-type': 'application/json',
  'x-csrf-token': expect.stringMatching(/^csrf of \S+$/) as string,
}

const contract: Contract = {
  preset: () => flaskJwtExtended(),
  start: startFlaskHeaders,
  refresh: { name: 'POST /refresh', url: 'https://app.test/refresh', headers, body: '{}' },
  signOut: { name: 'POST /logout', url: 'https://app.test/logout', headers, body: '{}' },
  open: ['/login'],
  api: '/items',
  scheme: 'Bearer',
  lifetime: 900_000,
  lead: 52_500,
  login: () => fetch('/login', { method: 'POST' }),
  failures: [
    ['401 expired', () => said('Token has expired'), 'session over'],
    ['401 revoked', () => said('Token has been revoked'), 'session over'],
    ['401 without cookie', () => said('Missing cookie "refresh_token_cookie"'), 'session over'],
    ['422 malformed', () => said('Signature verification failed', 422), 'session over'],
    ['401 without CSRF header', () => said('Missing CSRF token'), 'misconfigured'],
    ['401 without CSRF header, by 3.x', () => said('Missing CSRF token in headers'), 'misconfigured'],
    ['401 wrong CSRF', () => said('CSRF double submit tokens do not match'), 'misconfigured'],
    ['401 by a view that reads no cookie', () => said('Missing Authorization Header'), 'misconfigured'],
    ['400', () => said('User claims verification failed', 400), 'misconfigured'],
  ],
  notExpired: [
    ['401 fresh token required', () => said('Fresh token required')],
    ['401 missing header', () => said('Missing Authorization Header')],
    ['401 missing CSRF', () => said('Missing CSRF token')],
    ['401 wrong CSRF', () => said('CSRF double submit tokens do not match')],
    ['401 unknown user', () => said('Error loading the user alice')],
    ['422 malformed', () => said('Not enough segments', 422)],
  ],
}

describe('flaskJwtExtended', () => {
  keepsTheContract(contract)

  it('starts a refresh for a token that has been revoked', async () => {
    const page = await openPage(contract)
    await page.advance(6000)
    let left = 1
    page.instead.set('POST /items', () => (left-- > 0 ? said('Token has been revoked') : undefined))
    const answer = track(post(page, contract))
    await page.advance(1000)
    expect(answer.value?.status).toBe(200)
    expect(page.callsTo('POST /refresh')).toHaveLength(2)
  })

  it('finds the views where they are', () => {
    const paths = { refreshPath: 'auth/refresh', signOutPath: '/auth/logout', loginPath: 'auth/login' }
    expect(flaskJwtExtended('/api', paths)).toMatchObject({
      refresh: { url: '/api/auth/refresh' },
      signOut: { url: '/api/auth/logout' },
      exclude: ['/api/auth/login'],
    })
  })
})

describe('flaskJwtExtended, cookies only', () => {
  const cookieOnly: Contract = {
    ...contract,
    preset: () => {
      const preset = flaskJwtExtended('/', { cookieOnly: true })
      return { ...preset, refresh: { ...preset.refresh, lifetime: 900_000 } }
    },
    start: startFlaskCookies,
    apiHeaders: { 'x-csrf-token': expect.stringMatching(/^csrf of \S+$/) as string },
    scheme: undefined,
    failures: contract.failures.filter(([, , meaning]) => meaning !== 'no token'),
  }
  keepsTheContract(cookieOnly)
  keepsTabsTogether(cookieOnly)

  it('starts a refresh when the browser has dropped the cookie of the access token', async () => {
    const page = await openPage(cookieOnly)
    await page.advance(6000)
    page.jar.delete('access_token_cookie')
    const answer = track(post(page, cookieOnly))
    await page.advance(1000)
    expect(answer.value?.status).toBe(200)
  })
})
