import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../src/presets.ts'
import { problem, startReferenceBackend } from './backends/reference-backend.ts'
import type { Contract } from './contract.ts'
import { keepsTheContract } from './contract-tests.ts'
import { visit } from './visit.ts'

const headers = { accept: 'application/json', 'content-type': 'application/json', 'x-silent-refresh': '1' }

const contract: Contract = {
  preset: () => referenceBackend(),
  start: startReferenceBackend,
  refresh: { name: 'POST /auth/refresh', url: 'https://app.test/auth/refresh', headers, body: '{}' },
  signOut: { name: 'POST /auth/logout', url: 'https://app.test/auth/logout', headers, body: '{}' },
  open: ['/auth/login', '/auth/sign-up', '/auth/password/reset-request', '/auth/password/reset'],
  api: '/api/items',
  apiHeaders: { 'x-silent-refresh': '1' },
  scheme: 'Bearer',
  lifetime: 900_000,
  lead: 52_500,
  login: () => fetch('/auth/login', { method: 'POST', headers }),
  failures: [
    ['401 no_session', () => problem(401, 'no_session'), 'session over'],
    ['401 refresh_reused', () => problem(401, 'refresh_reused'), 'session over'],
    ['403 csrf', () => problem(403, 'csrf'), 'misconfigured'],
    ['403 https_required', () => problem(403, 'https_required'), 'misconfigured'],
    ['400 invalid_json', () => problem(400, 'invalid_json'), 'misconfigured'],
    ['503 unavailable', () => problem(503, 'unavailable', { 'Retry-After': '1' }), 'try later'],
  ],
  notExpired: [
    ['403 invalid_credentials', () => problem(403, 'invalid_credentials')],
    ['429 rate_limited', () => problem(429, 'rate_limited')],
  ],
}

describe('referenceBackend', () => {
  keepsTheContract(contract)

  it('makes no refresh call for a visitor without the hint cookie', async () => {
    const page = visit(contract.preset(), contract.start, false)
    page.openTab()
    await page.advance(1000)
    expect(page.calls).toEqual([])
  })

  it('lets a login through the client of the session pass the guard', async () => {
    const page = visit(contract.preset(), contract.start, false)
    const { session, send } = page.openTab()
    await page.advance(10)
    const signIn = session.signIn(() => send('/auth/login', { method: 'POST' }))
    await page.advance(1000)
    expect((await signIn).status).toBe(200)
    expect(page.callsTo('POST /auth/login')[0]?.headers.has('Authorization')).toBe(false)
  })
})
