import { describe, expect, it } from 'vitest'
import { laravelSanctum } from '../../src/presets.ts'
import { track } from '../helpers/track.ts'
import { startLaravelSanctum, unauthenticated } from './backends/laravel-sanctum.ts'
import { json } from './backends/tokens.ts'
import { type Contract, openPage, post } from './contract.ts'
import { keepsTabsTogether, keepsTheContract } from './contract-tests.ts'
import { visit } from './visit.ts'

const headers = { accept: 'application/json', 'x-xsrf-token': 'xsrf-1' }

const contract: Contract = {
  preset: () => laravelSanctum(),
  start: startLaravelSanctum,
  refresh: { name: 'GET /api/user', url: 'https://app.test/api/user', headers, body: '' },
  signOut: {
    name: 'POST /logout',
    url: 'https://app.test/logout',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{}',
  },
  open: ['/login', '/register', '/forgot-password', '/reset-password', '/sanctum/csrf-cookie'],
  api: '/api/orders',
  apiHeaders: { 'x-xsrf-token': 'xsrf-1' },
  scheme: undefined,
  lifetime: undefined,
  lead: undefined,
  login: async () => {
    await fetch('/sanctum/csrf-cookie')
    return fetch('/login', { method: 'POST', headers: { 'X-XSRF-TOKEN': 'xsrf-1' } })
  },
  failures: [
    ['401', unauthenticated, 'session over'],
    ['403: the email is not verified', () => json({ message: 'Not verified.' }, 403), 'misconfigured'],
    ['409: the email is not verified', () => json({ message: 'Not verified.' }, 409), 'try later'],
    ['419', () => json({ message: 'CSRF token mismatch.' }, 419), 'misconfigured'],
  ],
  notExpired: [
    ['403', () => json({ message: 'This action is unauthorized.' }, 403)],
    ['422', () => json({ message: 'The title field is required.', errors: {} }, 422)],
  ],
}

const renewal = 'GET /sanctum/csrf-cookie'

describe('laravelSanctum', () => {
  // A visitor without cookies is told 419 first.
  keepsTheContract(contract)
  keepsTabsTogether(contract)

  it('gets one new CSRF cookie for twenty requests that are told 419, and sends each once more', async () => {
    const page = await openPage(contract)
    page.jar.set('XSRF-TOKEN', 'of yesterday', true)
    const answers = Array.from({ length: 20 }, () => track(post(page, contract)))
    await page.advance(1000)
    expect(answers.map(({ value }) => value?.status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(page.callsTo(renewal)).toHaveLength(1)
    expect(page.callsTo('POST /api/orders')).toHaveLength(40)
    expect(page.callsTo('GET /api/user')).toHaveLength(1)
  })

  it('signs out with a new CSRF cookie, if need be', async () => {
    const page = await openPage(contract)
    page.jar.delete('XSRF-TOKEN')
    const done = track(page.session.signOut())
    await page.advance(1000)
    expect(done.state).toBe('resolved')
    expect(page.calls.map(({ name }) => name)).toEqual([
      'GET /api/user',
      'POST /logout',
      renewal,
      'POST /logout',
    ])
  })

  it('passes on a 419 that a new cookie does not help', async () => {
    const page = await openPage(contract)
    page.instead.set('POST /api/orders', () => json({}, 419))
    const answer = track(post(page, contract))
    await page.advance(1000)
    expect(answer.value?.status).toBe(419)
    expect(page.callsTo(renewal)).toHaveLength(1)
  })

  it('makes a login through the client of the session without a call for the cookie before it', async () => {
    const page = visit(contract.preset(), contract.start, false)
    const { session, send } = page.openTab()
    await page.advance(1000)
    const signIn = track(session.signIn(() => send('/login', { method: 'POST' })))
    await page.advance(1000)
    expect(signIn.value?.status).toBe(204)
    expect(session.getSnapshot().status).toBe('authenticated')
    expect(page.calls.map(({ name }) => name)).toEqual([
      'GET /api/user',
      'POST /login',
      renewal,
      'POST /login',
    ])
  })

  it('notices that the cookie belongs to somebody else now', async () => {
    const page = await openPage(contract)
    await page.advance(6000)
    page.instead.set('GET /api/user', () => json({ id: 8 }))
    await Promise.all([page.session.refresh().catch(() => {}), page.advance(1000)])
    expect(page.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
  })

  it('finds the routes where they are', () => {
    const paths = { userPath: 'user', loginPath: '/auth/login', signOutPath: 'auth/logout' }
    expect(laravelSanctum('https://api.app.test', paths)).toMatchObject({
      refresh: { url: 'https://api.app.test/user' },
      signOut: { url: 'https://api.app.test/auth/logout' },
      csrf: { renewal: { url: 'https://api.app.test/sanctum/csrf-cookie' } },
      exclude: expect.arrayContaining(['https://api.app.test/auth/login']) as unknown,
    })
  })
})
