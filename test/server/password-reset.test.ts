import { describe, expect, it, type MockInstance, vi } from 'vitest'
import { systemRandom } from '../../demo/server/ambient.ts'
import { isCommonPassword } from '../../demo/server/host/node-passwords.ts'
import { disableUser } from '../../demo/server/session/accounts.ts'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import { createSite, demo, meets, other, type Site } from './app-with.ts'
import { expectPrivate, minute, stores } from './backend.ts'

const password = 'another horse'
const patience = { timeout: 5000 }

async function request({ visitor, nextMail }: Site, email: string = demo.email): Promise<string> {
  const coming = nextMail()
  await visitor().post('/auth/password/reset-request', { email })
  return (await coming).token
}

/** Of so many transactions begun after an answer. */
function settled(write: MockInstance, count: number): Promise<void> {
  return vi.waitFor(() => expect(write.mock.settledResults).toHaveLength(count), patience)
}

function use({ visitor }: Site, token: unknown, wanted = password) {
  return visitor().post('/auth/password/reset', { token, password: wanted })
}

const refused = { status: 400, body: { code: 'invalid_reset_token' }, cookies: [] }

describe.each(stores)('a forgotten password with the $kind store', ({ create }) => {
  it('is replaced by who has the mail, and everybody is signed out', async () => {
    const site = await createSite(create())
    const { visitor, clock, mails, entries } = site
    const [page, stranger] = [visitor(), visitor()]
    const { access_token: token, session } = await page.login()
    const { access_token: theirs } = await stranger.login(other.email)
    const reset = await request(site, ' DEMO@example.com ')
    expect(mails).toEqual([{ email: demo.email, token: reset, expiresAt: clock.now + 30 * minute }])
    expect(reset).toMatch(/^[\w-]{43}$/)
    expect(await meets(page, token)).toBe(200)

    const answer = await use(site, reset)
    expectPrivate(answer)
    expect(answer).toMatchObject({ status: 204, body: '', cookies: [] })
    expect(await meets(page, token)).toBe(401)
    expect(await page.refresh()).toMatchObject({ status: 401, body: { code: 'session_revoked' } })
    expect(await meets(stranger, theirs)).toBe(200)
    expect((await visitor().tryLogin(demo.email, demo.password)).status).toBe(401)
    expect((await visitor().tryLogin(demo.email, password)).status).toBe(200)
    const detail = (await hashToken(reset)).slice(0, 8)
    const told = (await entries()).filter(({ event }) => event.startsWith('password_reset'))
    expect(told).toMatchObject([
      { event: 'password_reset_requested', userId: session.sub, detail },
      { event: 'password_reset', userId: session.sub, detail },
    ])
  })

  it('answers the same to an email that nobody has, and writes nothing', async () => {
    const { visitor, store, mails, nextMail, entries } = await createSite(create())
    const coming = nextMail()
    const write = vi.spyOn(store, 'write')
    const known = await visitor().post('/auth/password/reset-request', { email: demo.email })
    const unknown = await visitor().post('/auth/password/reset-request', { email: 'nobody@example.com' })
    await settled(write, 2)
    expect((await coming).email).toBe(demo.email)
    expect(mails).toHaveLength(1)
    expect(unknown).toEqual(known)
    expect(known).toMatchObject({ status: 202, body: '', cookies: [] })
    expect((await entries()).map(({ event }) => event)).toEqual(['password_reset_requested'])
  })

  it('takes a mail once', async () => {
    const site = await createSite(create())
    const token = await request(site)
    expect((await use(site, token)).status).toBe(204)
    expect(await use(site, token, 'a third horse')).toMatchObject(refused)
    expect((await site.visitor().tryLogin(demo.email, password)).status).toBe(200)
  })

  it('takes a mail for half an hour', async () => {
    for (const [age, status] of [
      [30 * minute - 1, 204],
      [30 * minute, 400],
    ] as const) {
      const site = await createSite(create())
      const token = await request(site)
      site.clock.advance(age)
      expect((await use(site, token)).status).toBe(status)
    }
  })

  it('takes the newest mail only, and each user’s own', async () => {
    const site = await createSite(create())
    const [first, theirs, second] = [
      await request(site),
      await request(site, other.email),
      await request(site),
    ]
    expect(await use(site, first)).toMatchObject(refused)
    expect((await use(site, second)).status).toBe(204)
    expect((await use(site, theirs, 'their new horse')).status).toBe(204)
    expect((await site.visitor().tryLogin(other.email, 'their new horse')).status).toBe(200)
    expect((await site.visitor().tryLogin(demo.email, password)).status).toBe(200)
  })

  it('lets one of many who use a mail at once win', async () => {
    const site = await createSite(create())
    const token = await request(site)
    const wanted = Array.from({ length: 6 }, (_, index) => `horse number ${index}`)
    const answers = await Promise.all(wanted.map((one) => use(site, token, one)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([204, 400, 400, 400, 400, 400])
    const logins = []
    for (const [index, one] of wanted.entries()) {
      logins.push((await site.visitor(`192.0.2.${index}`).tryLogin(demo.email, one)).status)
    }
    expect(logins).toEqual(statuses.map((status) => (status === 204 ? 200 : 401)))
    expect(site.errors).toEqual([])
  })

  it('sends nothing to a disabled user', async () => {
    const { visitor, store, clock, mails, nextMail, events } = await createSite(create())
    await disableUser(demo.email, { store, clock: () => clock.now, random: systemRandom })
    const write = vi.spyOn(store, 'write')
    expect((await visitor().post('/auth/password/reset-request', { email: demo.email })).status).toBe(202)
    await settled(write, 1)
    // The mail of another comes later than this one would have.
    const coming = nextMail()
    await visitor().post('/auth/password/reset-request', { email: other.email })
    await coming
    expect(mails.map(({ email }) => email)).toEqual([other.email])
    expect(await events()).toEqual(['user_disabled', 'password_reset_requested'])
  })

  it('lets nobody in whose account was disabled after the mail', async () => {
    const site = await createSite(create())
    const token = await request(site)
    const { store, clock } = site
    await disableUser(demo.email, { store, clock: () => clock.now, random: systemRandom })
    await use(site, token)
    expect((await site.visitor().tryLogin(demo.email, password)).status).not.toBe(200)
  })
})

describe('the way to a new password', () => {
  it('tells a mailer that fails to the host, and nobody else', async () => {
    const failure = new Error('no connection')
    const mailer = { sendPasswordReset: () => Promise.reject(failure) }
    const onError = vi.fn()
    const { visitor } = await createSite(stores[0]!.create(), { mailer, onError })
    const answer = await visitor().post('/auth/password/reset-request', { email: demo.email })
    expect(answer.status).toBe(202)
    await vi.waitFor(() => expect(onError).toHaveBeenCalledExactlyOnceWith(failure), patience)
  })

  it('is answered before the mail is on its way', async () => {
    const sendPasswordReset = vi.fn(() => new Promise<void>(() => undefined))
    const { visitor } = await createSite(stores[0]!.create(), { mailer: { sendPasswordReset } })
    const answer = await visitor().post('/auth/password/reset-request', { email: demo.email })
    expect(answer.status).toBe(202)
    await vi.waitFor(() => expect(sendPasswordReset).toHaveBeenCalledOnce(), patience)
  })

  it('is not used up by a password that is too weak', async () => {
    const site = await createSite(stores[0]!.create(), { isCommonPassword })
    const token = await request(site)
    for (const weak of ['short', 'password123']) {
      expect(await use(site, token, weak)).toMatchObject({ status: 400, body: { code: 'weak_password' } })
    }
    expect((await use(site, token)).status).toBe(204)
  })

  it.each([
    ['an invented token', 'A'.repeat(43), 'invalid_reset_token'],
    ['no token', '', 'invalid_reset_token'],
    ['a hash in place of the token', 'a'.repeat(64), 'invalid_reset_token'],
    ['a long token', 'A'.repeat(129), 'invalid_request'],
    ['a token with a NUL', 'A\0', 'invalid_request'],
    ['a number', 7, 'invalid_request'],
    ['a token that is missing', undefined, 'invalid_request'],
  ])('refuses %s', async (_case, token, code) => {
    const answer = await use(await createSite(stores[0]!.create()), token)
    expect(answer).toMatchObject({ status: 400, body: { code }, cookies: [] })
  })

  it('lets in who had guessed too often before', async () => {
    const site = await createSite(stores[0]!.create())
    const page = site.visitor('192.0.2.1')
    for (let count = 0; count < 5; count++) await page.tryLogin(demo.email, 'forgotten')
    const token = await request(site)
    await page.post('/auth/password/reset', { token, password })
    expect((await page.tryLogin(demo.email, password)).status).toBe(200)
  })
})
