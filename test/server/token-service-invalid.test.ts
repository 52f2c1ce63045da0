import { describe, expect, it } from 'vitest'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import { type Backend, type Browser, createBackend, day, minute, stores } from './backend.ts'
import { findRows, grow, holding } from './chain.ts'

/** Each of them is refused as what nobody ever had, and the owner notices nothing. */
async function expectUnknown(backend: Backend, page: Browser, tokens: readonly string[]): Promise<void> {
  const before = await backend.events()
  for (const token of tokens) {
    const answer = await holding(backend, token).refresh()
    expect([token, answer.status, answer.body.code]).toEqual([token, 401, 'no_session'])
    expect(answer.cookies).toEqual([])
  }
  expect(await backend.events()).toEqual(before)
  await grow(backend, page, 1)
}

async function signIn(given: Parameters<typeof createBackend>[0]) {
  const backend = await createBackend(given, { rateLimits: false })
  const page = backend.browser()
  const body = await page.login()
  return { backend, page, body }
}

describe.each(stores)('invalid tokens with the $kind store', ({ create }) => {
  it('unknown ones are refused, whatever they look like', async () => {
    const { backend, page } = await signIn(create())
    const unknown = ['A'.repeat(43), '0', ' ', '%00', "' OR 1=1 --", '$1', '[object Object]', 'null']
    await expectUnknown(backend, page, unknown)
  })

  it('truncated and lengthened ones are refused', async () => {
    const { backend, page } = await signIn(create())
    const token = page.held()
    const shorter = Array.from({ length: 42 }, (_, length) => token.slice(0, length + 1))
    const others = [token.slice(1), `${token}A`, `A${token}`, `${token}=`, token + token, ` ${token}`]
    await expectUnknown(backend, page, [...shorter, ...others])
  })

  it('ones mutated at any place are refused, also where the bytes they encode stay the same', async () => {
    const { backend, page } = await signIn(create())
    const token = page.held()
    const swap = (character: string) => (character === 'A' ? 'B' : 'A')
    const mutated = [...token].map(
      (character, index) => token.slice(0, index) + swap(character) + token.slice(index + 1),
    )
    const sameBytes = [...'AEIMQUYcgkosw048BCDFGHJKLNOPRSTVWXZabdefhijlmnpqrtuvxyz1235679-_']
      .map((last) => token.slice(0, -1) + last)
      .filter((other) => other !== token)
    const cases = [token.toLowerCase(), token.toUpperCase(), [...token].reverse().join('')]
    await expectUnknown(backend, page, [...mutated, ...sameBytes, ...cases])
  })

  it('what the database has of a token does not stand for it', async () => {
    const { backend, page } = await signIn(create())
    const [first = '', second = ''] = await grow(backend, page, 1)
    const rows = await findRows(backend.store, [first, second])
    const [{ successorSealed } = { successorSealed: null }] = rows
    const hashes = await Promise.all([first, second].map(hashToken))
    expect(rows.map((row) => row?.hash)).toEqual(hashes)
    expect(successorSealed).toMatch(/^[\w-]{90,}$/)
    const bytes = hashes.map((hash) => Buffer.from(hash, 'hex').toString('base64url'))
    await expectUnknown(backend, page, [...hashes, ...bytes, successorSealed ?? ''])
  })

  it('other things that the server gave away do not stand for a token, nor a token for them', async () => {
    const { backend, page, body } = await signIn(create())
    const { access_token: token, session } = body
    const given = [token, session.id, session.sub, page.jar.get('sr_hint') ?? '']
    const answer = await page.get('/api/me', page.held())
    expect(answer).toMatchObject({ status: 401, body: { code: 'token_invalid' } })
    await expectUnknown(backend, page, given)
  })

  it('the token of another session is that session, whatever else the browser says', async () => {
    const { backend, page, body } = await signIn(create())
    const other = backend.browser()
    const { session } = await other.login('second@example.com')
    const mixed = holding(backend, other.held())
    mixed.jar.set('sr_hint', page.jar.get('sr_hint') ?? '')
    backend.clock.advance(minute)
    const headers = { authorization: `Bearer ${body.access_token}` }
    const answer = await mixed.post('/auth/refresh', { session_id: body.session.id }, headers)
    expect(answer.body.session).toEqual(session)
    expect(mixed.jar.get('sr_hint')).toContain(session.id)
    await grow(backend, page, 1)
  })

  it('two tokens at once are the first of them: the second ends no session', async () => {
    const { backend, page, body } = await signIn(create())
    const other = backend.browser()
    await other.login('second@example.com')
    page.jar.set('sr_rt', other.held())
    backend.clock.advance(minute)
    expect((await page.refresh()).body.session).toEqual(body.session)
    await grow(backend, other, 1)
  })

  const endings: [string, string, (backend: Backend, page: Browser, token: string) => Promise<unknown>][] = [
    ['signed out', 'session_revoked', (_, page) => page.copy().post('/auth/logout')],
    [
      'signed out everywhere',
      'session_revoked',
      (_, page, token) => page.copy().post('/auth/logout-all', {}, { authorization: `Bearer ${token}` }),
    ],
    ['replaced by another sign-in', 'session_revoked', (_, page) => page.copy().login()],
    ['ended by a theft', 'session_revoked', stealFrom],
    ['idle for too long', 'session_expired', async ({ clock }) => clock.advance(7 * day)],
    [
      'long gone',
      'no_session',
      async ({ clock, store }) => {
        clock.advance(9 * day)
        const old = { spentBefore: clock.now, endedBefore: clock.now, auditedBefore: 0 }
        await store.write((records) => records.sweep(old))
      },
    ],
  ]

  it.each(endings)(
    'the tokens of a session that was %s say so, time after time',
    async (_case, code, end) => {
      const { backend, page } = await signIn(create())
      const tokens = await grow(backend, page, 3)
      const { body } = await page.refresh()
      await end(backend, page, body.access_token)
      const before = await backend.events()
      for (const token of [...tokens, ...tokens].reverse()) {
        const answer = await holding(backend, token).refresh()
        expect(answer).toMatchObject({ status: 401, body: { code }, cookies: [] })
      }
      expect(await backend.events()).toEqual(before)
      expect((await page.login()).token_type).toBe('Bearer')
    },
  )
})

async function stealFrom(backend: Backend, page: Browser): Promise<void> {
  const [, stolen = ''] = await grow(backend, page.copy(), 1)
  backend.clock.advance(minute)
  await page.copy().refresh()
  expect((await holding(backend, stolen).refresh()).body.code).toBe('refresh_reused')
}
