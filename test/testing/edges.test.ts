import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/fetch.ts'
import { RefreshUnavailableError } from '../../src/session/errors.ts'
import { createTestBrowser, createTestSession } from '../../src/testing.ts'
import { createTransport, told } from './arrange.ts'

describe('a test browser', () => {
  it('may be on plain http, and have the longest patience of a timer', () => {
    expect(() => createTestBrowser({ origin: 'http://localhost:3000', patience: 2 ** 31 - 1 })).not.toThrow()
  })

  it.each([{ patience: 2 ** 31 }, 'options'])('refuses %o', (options) => {
    expect(() => createTestBrowser(options as never)).toThrow(TypeError)
  })

  it('loses no negative number of answers', () => {
    expect(() => createTestBrowser().loseAnswers(-1)).toThrow('"count" must be')
  })
})

describe('a test session', () => {
  it('knows nothing on the server', () => {
    expect(createTestSession().getServerSnapshot()).toMatchObject({ status: 'loading', coordination: 'none' })
  })

  it('keeps what a change does not name, while its status stays', () => {
    const session = createTestSession({ stale: true, refreshing: true })
    session.set({ expiresAt: 5 })
    expect(session.getSnapshot()).toMatchObject({ stale: true, refreshing: true, expiresAt: 5 })
    session.set({ status: 'loading' })
    expect(session.getSnapshot()).toMatchObject({ stale: false, refreshing: false })
    session.set({ stale: true })
    expect(session.getSnapshot().stale).toBe(false)
  })

  it('tells of its end once, whatever changes afterwards', () => {
    const session = createTestSession({ reason: 'expired' })
    const events = told(session)
    session.set({ error: new RefreshUnavailableError('offline', undefined, 9) })
    expect(events.map(({ type }) => type)).not.toContain('ended')
  })
})

describe('a client of a test session', () => {
  it.each([
    ['http://api.test/x', 'Bearer test-token'],
    ['ahttps://api.test/x', null],
  ])('sends to %s the token %s', async (url, token) => {
    const { fetch, sent } = createTransport()
    await createFetch(createTestSession(), { fetch })(url)
    expect(sent).toEqual([token])
  })

  it('leaves an Authorization of the caller alone', async () => {
    const { fetch, sent } = createTransport()
    await createFetch(createTestSession(), { fetch })('/x', { headers: { Authorization: 'own' } })
    expect(sent).toEqual(['own'])
  })

  it('takes a challenge of another scheme for no expired token', async () => {
    const session = createTestSession()
    const sent: string[] = []
    const fetch = async () => {
      sent.push('sent')
      session.set({ accessToken: `token-${sent.length}` })
      return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } })
    }
    expect((await createFetch(session, { fetch })('/x')).status).toBe(401)
    expect(sent).toHaveLength(1)
  })
})
