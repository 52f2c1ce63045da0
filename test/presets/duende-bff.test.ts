import { describe, expect, it } from 'vitest'
import { duendeBff } from '../../src/presets.ts'
import { track } from '../helpers/track.ts'
import { startDuendeBff } from './backends/duende-bff.ts'
import { json } from './backends/tokens.ts'
import { type Contract, openPage, post } from './contract.ts'
import { keepsTabsTogether, keepsTheContract } from './contract-tests.ts'

const lifetime = 28_800_000

const contract: Contract = {
  preset: () => duendeBff(),
  start: startDuendeBff,
  refresh: {
    name: 'GET /bff/user',
    url: 'https://app.test/bff/user?slide=false',
    headers: { accept: 'application/json', 'x-csrf': '1' },
    body: '',
  },
  signOut: undefined,
  open: ['/bff/user'],
  api: '/api/items',
  apiHeaders: { 'x-csrf': '1' },
  scheme: undefined,
  lifetime,
  lead: undefined,
  login: () => fetch('/callback', { headers: { 'X-CSRF': '1' } }),
  failures: [
    ['401', () => new Response(null, { status: 401 }), 'session over'],
    ['403', () => new Response(null, { status: 403 }), 'misconfigured'],
    ['400', () => new Response(null, { status: 400 }), 'misconfigured'],
  ],
  notExpired: [
    ['403', () => new Response(null, { status: 403 })],
    ['409', () => json({}, 409)],
  ],
}

describe('duendeBff', () => {
  keepsTheContract(contract)
  keepsTabsTogether(contract)

  it('asks before the first request after the announced end, and goes on if the session has slid', async () => {
    const page = await openPage(contract)
    await page.advance(lifetime / 2)
    const early = track(post(page, contract))
    await page.advance(lifetime / 2 + 1000)
    expect(early.value?.status).toBe(200)
    expect(page.callsTo('GET /bff/user')).toHaveLength(1)
    const late = track(post(page, contract))
    await page.advance(1000)
    expect(late.value?.status).toBe(200)
    expect(page.callsTo('GET /bff/user')).toHaveLength(2)
    expect(page.callsTo('POST /api/items')).toHaveLength(2)
  })

  it('ends with the session if nobody has used it', async () => {
    const page = await openPage(contract)
    await page.advance(lifetime + 1000)
    const answer = track(post(page, contract))
    await page.advance(1000)
    expect(answer.error).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(page.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  it('protects requests of anonymous visitors, too', async () => {
    const page = await openPage(contract)
    await page.session.signOut()
    track(post(page, contract))
    await page.advance(100)
    expect(page.calls.map(({ headers }) => headers.get('X-CSRF'))).toEqual(['1', '1'])
  })

  it.each([
    ['says it as a text', json([{ type: 'bff:session_expires_in', value: '600' }]), 600_000],
    ['does not say it', json([{ type: 'sub', value: '1' }]), undefined],
    ['is no list', json({ sub: '1' }), undefined],
  ])('knows the end of the session as far as told: the answer %s', async (_, answer, told) => {
    const page = await openPage(contract)
    await page.advance(6000)
    page.instead.set('GET /bff/user', () => answer)
    const startedAt = page.now()
    await Promise.all([page.session.refresh(), page.advance(100)])
    const { expiresAt } = page.session.getSnapshot()
    expect(expiresAt && expiresAt - startedAt).toBe(told)
  })

  it('has its endpoints where the management path says', () => {
    expect(duendeBff('/', { managementPath: '/account/' }).refresh.url).toBe('/account/user?slide=false')
  })
})
