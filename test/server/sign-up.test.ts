import { describe, expect, it, vi } from 'vitest'
import { isCommonPassword } from '../../demo/server/host/node-passwords.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createSite, demo, other } from './app-with.ts'
import { day, expectPrivate, minute, stores } from './backend.ts'

const password = 'a long enough one'
const fresh = { email: 'new@example.com', password }

describe.each(stores)('sign-up with the $kind store', ({ create }) => {
  it('signs in at once, with a session like any other', async () => {
    const { visitor, entries, clock, store } = await createSite(create())
    const page = visitor('192.0.2.1')
    const answer = await page.post('/auth/sign-up', fresh)
    expect(answer.status).toBe(200)
    expectPrivate(answer)
    expect(Object.keys(answer.body)).toEqual(['access_token', 'token_type', 'expires_in', 'session'])
    expect(answer.cookies.map(({ name, attributes }) => [name, attributes.maxAge])).toEqual([
      ['__Host-sr_rt', 7 * day],
      ['sr_hint', 7 * day + minute],
    ])
    const { id, sub } = answer.body.session
    const me = await page.call('GET', '/api/me', answer.body.access_token)
    expect(me.body).toEqual({ id: sub, email: fresh.email, session: id })
    expect(await entries()).toMatchObject([
      { event: 'sign_up', at: clock.now, userId: sub, sessionId: id, ip: '192.0.2.1' },
    ])
    const user = await store.read((records) => records.findUser(sub))
    expect(user).toMatchObject({ createdAt: clock.now, disabledAt: null, tokenVersion: 1 })
    expect(user?.passwordHash).toMatch(/^\$pbkdf2-sha256\$/)
    clock.advance(minute)
    expect((await page.refresh()).status).toBe(200)
    expect((await visitor().tryLogin(fresh.email, password)).status).toBe(200)
  })

  it('answers 409 to an email that is taken, however it is written, and ends nothing', async () => {
    const { visitor, events } = await createSite(create())
    const page = visitor()
    const { access_token: token } = await page.login(other.email)
    for (const email of [demo.email, ' DEMO@Example.com\n', 'demo@EXAMPLE.com']) {
      const answer = await page.post('/auth/sign-up', { email, password })
      expect(answer).toMatchObject({ status: 409, body: { code: 'email_taken' }, cookies: [] })
    }
    expect((await page.call('GET', '/api/me', token)).body).toMatchObject({ email: other.email })
    expect((await page.refresh()).status).toBe(200)
    expect((await visitor().tryLogin(demo.email, password)).status).toBe(401)
    expect(await events()).not.toContain('sign_up')
  })

  it('ends the session whose cookie it overwrites', async () => {
    const { visitor } = await createSite(create())
    const page = visitor()
    const { access_token: token } = await page.login()
    const before = page.copy()
    await page.post('/auth/sign-up', fresh)
    expect((await before.refresh()).body.code).toBe('session_revoked')
    expect((await page.call('GET', '/api/me', token)).status).toBe(401)
  })

  it('lets one of many who sign up with one email at once have it', async () => {
    const { visitor, errors, events } = await createSite(create())
    const spellings = ['New@example.com', 'new@example.com', ' new@EXAMPLE.com']
    const emails = [...spellings, ...spellings, ...spellings]
    const answers = await Promise.all(
      emails.map((email, index) =>
        visitor().post('/auth/sign-up', { email, password: `password of ${index}` }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, ...Array(8).fill(409)])
    const winner = `password of ${statuses.indexOf(200)}`
    expect((await visitor().tryLogin(fresh.email, winner)).status).toBe(200)
    expect(errors).toEqual([])
    expect((await events()).filter((event) => event === 'sign_up')).toHaveLength(1)
  })
})

describe('a new password', () => {
  it.each([
    ['is one short of eight characters', 'xkcd 93'],
    ['is seven emoji, however many bytes', '🙂🙃😀😁😂😃😄'],
    ['is one that everybody tries', 'password123'],
    ['is a common one in capitals', 'PASSWORD123'],
    ['is a common one of digits', '123456789'],
  ])('is refused if it %s', async (_case, weak) => {
    const { visitor, events } = await createSite(stores[0]!.create(), { isCommonPassword })
    const answer = await visitor().post('/auth/sign-up', { email: fresh.email, password: weak })
    expect(answer).toMatchObject({ status: 400, body: { code: 'weak_password' }, cookies: [] })
    expect(await events()).toEqual([])
  })

  it.each([
    ['eight emoji', '🙂🙃😀😁😂😃😄😅'],
    ['words with spaces around them', '  two words  '],
    ['1024 characters', 'x1'.repeat(512)],
    ['a quote that means something to SQL', "'; DROP TABLE users; --"],
  ])('may be %s, and is taken to the letter', async (_case, strong) => {
    const { visitor } = await createSite(stores[0]!.create(), { isCommonPassword })
    expect((await visitor().post('/auth/sign-up', { ...fresh, password: strong })).status).toBe(200)
    expect((await visitor().tryLogin(fresh.email, strong)).status).toBe(200)
    for (const almost of [strong.slice(0, -1), `${strong} `, ` ${strong}`]) {
      expect((await visitor().tryLogin(fresh.email, almost)).status).not.toBe(200)
    }
  })
})

describe('the email of a sign-up', () => {
  it.each([
    ['without an at-sign', 'example.com', 'invalid_email'],
    ['with two', 'a@b@example.com', 'invalid_email'],
    ['with nothing before it', '@example.com', 'invalid_email'],
    ['with nothing behind it', 'a@', 'invalid_email'],
    ['of spaces', '   ', 'invalid_email'],
    ['with a space inside', 'a b@example.com', 'invalid_email'],
    ['with a line of another header', 'a@example.com\r\nBcc: b@example.com', 'invalid_email'],
    ['with a zero-width space', 'a\u200b@example.com', 'invalid_email'],
    ['with half a surrogate pair', 'a\ud800@example.com', 'invalid_request'],
    ['with a second mailbox behind a comma', 'a,b@example.com', 'invalid_email'],
    ['that is another in angle brackets', '<demo@example.com>', 'invalid_email'],
    ['that is another with a comma', 'demo@example.com,', 'invalid_email'],
    ['with a NUL', 'a\0@example.com', 'invalid_request'],
    ['of 255 characters', `${'a'.repeat(243)}@example.com`, 'invalid_request'],
    ['that is no text', 7, 'invalid_request'],
    ['that is missing', undefined, 'invalid_request'],
  ])('is refused %s', async (_case, email, code) => {
    const { visitor } = await createSite(stores[0]!.create())
    const answer = await visitor().post('/auth/sign-up', { email, password })
    expect(answer).toMatchObject({ status: 400, body: { code }, cookies: [] })
  })

  it.each([
    ['with a plus', 'a+b@example.com', 'a+b@example.com'],
    ['in another script', 'Пример@пример.рф', 'пример@пример.рф'],
    ['decomposed', 'Ame\u0301lie@example.com', 'am\u00e9lie@example.com'],
    ['with a Kelvin sign', '\u212Aate@example.com', 'kate@example.com'],
    ['with an apostrophe', "o'neil@example.com", "o'neil@example.com"],
    ['of 254 characters', `${'a'.repeat(242)}@example.com`, `${'a'.repeat(242)}@example.com`],
  ])('is taken %s, in one form', async (_case, email, stored) => {
    const { visitor } = await createSite(stores[0]!.create())
    const page = visitor()
    const { body } = await page.post('/auth/sign-up', { email, password })
    expect((await page.call('GET', '/api/me', body.access_token)).body).toMatchObject({ email: stored })
    for (const written of [email, stored]) {
      expect((await visitor().tryLogin(written, password)).status).toBe(200)
    }
  })
})

describe('the hash that unknown users are checked against', () => {
  it('is made once, and anew if making it failed', async () => {
    const passwords = createPbkdf2Hasher({ iterations: 1 })
    const hash = vi.spyOn(passwords, 'hash').mockRejectedValueOnce(new Error('no memory'))
    const { visitor } = await createSite(stores[0]!.create(), { passwords })
    expect((await visitor().tryLogin('nobody@example.com', password)).status).toBe(500)
    expect((await visitor().tryLogin('nobody@example.com', password)).status).toBe(401)
    expect((await visitor().tryLogin(demo.email, demo.password)).status).toBe(200)
    expect(hash).toHaveBeenCalledTimes(2)
  })
})

describe.each(stores)('a hash with parameters of another day in the $kind store', ({ create }) => {
  it('is made anew when the password is known', async () => {
    const passwords = createPbkdf2Hasher({ iterations: 2 })
    const { visitor, store } = await createSite(create(), { passwords })
    const hashOf = async (email: string) =>
      (await store.read((records) => records.findUserByEmail(email)))?.passwordHash
    const before = await hashOf(other.email)
    await visitor().tryLogin(other.email, 'wrong')
    expect(await hashOf(other.email)).toBe(before)
    const { access_token: token } = await visitor().login(other.email)
    const after = await hashOf(other.email)
    expect(after).toMatch(/^\$pbkdf2-sha256\$i=2\$/)
    const page = visitor()
    await page.login(other.email)
    expect(await hashOf(other.email)).toBe(after)
    // A new hash of the same password signs nobody out.
    expect((await page.call('GET', '/api/me', token)).status).toBe(200)
  })
})
