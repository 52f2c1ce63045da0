import { describe, expect, it } from 'vitest'
import { payload } from '../../src/presets.ts'
import { track } from '../helpers/track.ts'
import { forbidden, startPayloadCookies, startPayloadTokens } from './backends/payload.ts'
import { json } from './backends/tokens.ts'
import { type Contract, openPage, post } from './contract.ts'
import { keepsTabsTogether, keepsTheContract } from './contract-tests.ts'

const headers = { accept: 'application/json', 'content-type': 'application/json' }
const collection = 'customers'

const contract: Contract = {
  preset: () => payload('/', { collection }),
  start: startPayloadTokens,
  refresh: {
    name: 'POST /api/customers/refresh-token',
    url: 'https://app.test/api/customers/refresh-token',
    headers,
    body: '{}',
  },
  signOut: {
    name: 'POST /api/customers/logout',
    url: 'https://app.test/api/customers/logout',
    headers,
    body: '{}',
  },
  open: ['login', 'forgot-password', 'reset-password'].map((path) => `/api/customers/${path}`),
  api: '/api/orders',
  scheme: 'JWT',
  lifetime: 7_200_000,
  lead: 52_500,
  // A plain 403, which says nothing about the token.
  expired: false,
  login: () => fetch('/api/customers/login', { method: 'POST' }),
  failures: [
    ['403', forbidden, 'session over'],
    ['401', () => json({ errors: [{ message: 'Unauthorized' }] }, 401), 'session over'],
    ['500', () => json({ errors: [{ message: 'Something went wrong.' }] }, 500), 'try later'],
    ['400', () => json({ errors: [{ message: 'Bad' }] }, 400), 'misconfigured'],
  ],
  notExpired: [
    ['403', forbidden],
    ['400', () => json({ errors: [{ message: 'The following field is invalid: title' }] }, 400)],
  ],
}

describe('payload', () => {
  keepsTheContract(contract)

  it('is for the collection users unless another is named', () => {
    expect(payload('https://cms.test').refresh.url).toBe('https://cms.test/api/users/refresh-token')
  })

  it('notices that the cookie belongs to somebody else now', async () => {
    const page = await openPage(contract)
    await page.advance(6000)
    page.instead.set(contract.refresh.name, () => json({ refreshedToken: 'opaque', user: { id: 8 } }))
    await Promise.all([page.session.refresh().catch(() => {}), page.advance(1000)])
    expect(page.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
  })

  it('is over once its cookie has expired before it could be refreshed', async () => {
    const page = await openPage(contract)
    page.instead.set(contract.refresh.name, () => json({}, 503))
    await page.advance(7_200_000 + 1000)
    page.instead.clear()
    const answer = track(post(page, contract))
    await page.advance(60_000)
    expect(answer.state).not.toBe('pending')
    expect(page.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })
})

describe('payload, with refreshOnForbidden', () => {
  const eager: Contract = {
    ...contract,
    preset: () => payload('/', { collection, refreshOnForbidden: true }),
    expired: forbidden,
    notExpired: contract.notExpired.slice(1),
  }
  keepsTheContract(eager)

  it('refreshes for a 401 of an endpoint of your own, as ever', async () => {
    const page = await openPage(eager)
    await page.advance(6000)
    let left = 1
    page.instead.set('POST /api/orders', () => (left-- > 0 ? json({}, 401) : undefined))
    const answer = track(post(page, eager))
    await page.advance(1000)
    expect(answer.value?.status).toBe(200)
  })
})

describe('payload, cookie only', () => {
  const cookieOnly: Contract = {
    ...contract,
    preset: () => payload('/', { collection, cookieOnly: true, refreshOnForbidden: true }),
    start: startPayloadCookies,
    scheme: undefined,
    expired: forbidden,
    notExpired: contract.notExpired.slice(1),
  }
  keepsTheContract(cookieOnly)
  keepsTabsTogether(cookieOnly)
})
