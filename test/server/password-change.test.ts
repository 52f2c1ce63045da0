import { describe, expect, it } from 'vitest'
import { isCommonPassword } from '../../demo/server/host/node-passwords.ts'
import { createSite, demo, meets, other } from './app-with.ts'
import { expectPrivate, minute, stores } from './backend.ts'

const wanted = 'another horse'
const change = { current_password: demo.password, new_password: wanted }

describe.each(stores)('a changed password with the $kind store', ({ create }) => {
  it('signs out every other device at once and lets this one go on', async () => {
    const { visitor, clock, entries } = await createSite(create())
    const [page, phone] = [visitor('192.0.2.1'), visitor('192.0.2.2')]
    const { access_token: token } = await page.login()
    const { access_token: phoneToken } = await phone.login()
    const stranger = visitor()
    const { access_token: strangerToken } = await stranger.login(other.email)
    clock.advance(minute)
    const before = page.copy()

    const answer = await page.post('/auth/password/change', change, token)
    expectPrivate(answer)
    expect(answer.status).toBe(200)
    const { access_token: next, session } = answer.body
    expect(answer.cookies.map(({ name }) => name)).toEqual(['__Host-sr_rt', 'sr_hint'])
    expect(await meets(page, next)).toBe(200)
    for (const dead of [token, phoneToken]) {
      expect((await page.call('GET', '/api/me', dead)).body.code).toBe('token_revoked')
      expect((await page.call('GET', '/auth/sessions', dead)).status).toBe(401)
    }
    for (const late of [before, phone]) {
      expect(await late.refresh()).toMatchObject({ status: 401, body: { code: 'session_revoked' } })
    }
    expect(await meets(stranger, strangerToken)).toBe(200)
    expect(await page.call('GET', '/auth/sessions', next)).toMatchObject({
      body: { sessions: [{ id: session.id, current: true }] },
    })
    clock.advance(minute)
    expect(await page.refresh()).toMatchObject({ status: 200, body: { session: { id: session.id } } })
    const told = (await entries()).filter(({ event }) => event === 'password_changed')
    expect(told).toMatchObject([{ userId: session.sub, sessionId: session.id, ip: '192.0.2.1' }])
  })

  it('is what signs in from now on', async () => {
    const { visitor } = await createSite(create())
    const page = visitor()
    await page.post('/auth/password/change', change, (await page.login()).access_token)
    expect(await visitor().tryLogin(demo.email, demo.password)).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' },
    })
    expect((await visitor().tryLogin(demo.email, wanted)).status).toBe(200)
  })

  it('changes nothing when the present one is wrong', async () => {
    const { visitor, entries } = await createSite(create())
    const [page, phone] = [visitor(), visitor()]
    const { access_token: token, session } = await page.login()
    const { access_token: phoneToken } = await phone.login()
    const answer = await page.post(
      '/auth/password/change',
      { ...change, current_password: 'Correct horse' },
      token,
    )
    // Not a 401: that would ask the client for a refresh.
    expect(answer).toMatchObject({ status: 403, body: { code: 'invalid_credentials' }, cookies: [] })
    expect(await meets(page, token)).toBe(200)
    expect(await meets(phone, phoneToken)).toBe(200)
    expect((await visitor().tryLogin(demo.email, demo.password)).status).toBe(200)
    // A thief who guesses leaves a trace.
    expect((await entries()).filter(({ event }) => event !== 'login_succeeded')).toMatchObject([
      { event: 'login_failed', userId: session.sub, sessionId: session.id },
    ])
  })

  it('is limited to five wrong guesses, which lock out nobody else', async () => {
    const { visitor } = await createSite(create())
    const page = visitor('192.0.2.1')
    const { access_token: token } = await page.login()
    const guess = () =>
      page.post('/auth/password/change', { ...change, current_password: 'a wrong one' }, token)
    for (let count = 0; count < 5; count++) expect((await guess()).status).toBe(403)
    const refused = await guess()
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect(refused.headers.get('retry-after')).toBe('180')
    // Not even with the right one, or guessing would go on.
    expect((await page.post('/auth/password/change', change, token)).status).toBe(429)
    expect(await meets(page, token)).toBe(200)
    for (const ip of ['192.0.2.1', '192.0.2.2']) {
      expect((await visitor(ip).tryLogin(demo.email, demo.password)).status).toBe(200)
    }
    const stranger = visitor('192.0.2.1')
    const { access_token: theirs } = await stranger.login(other.email)
    expect((await stranger.post('/auth/password/change', change, theirs)).status).toBe(200)
  })

  it('is one of two that are wanted at once', async () => {
    const { visitor, errors, events } = await createSite(create())
    const [page, phone] = [visitor(), visitor()]
    const tokens = [(await page.login()).access_token, (await phone.login()).access_token]
    const passwords = ['the first horse', 'the second horse']
    const answers = await Promise.all(
      [page, phone].map((device, index) =>
        device.post('/auth/password/change', { ...change, new_password: passwords[index] }, tokens[index]),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    // The other came too late for its password, or already for its token.
    expect([401, 403]).toContain(statuses.find((status) => status !== 200))
    const won = statuses.indexOf(200)
    expect((await visitor().tryLogin(demo.email, passwords[won] ?? '')).status).toBe(200)
    expect((await visitor().tryLogin(demo.email, passwords[1 - won] ?? '')).status).toBe(401)
    expect((await [page, phone][1 - won]?.refresh())?.status).toBe(401)
    expect((await [page, phone][won]?.refresh())?.status).toBe(200)
    expect((await events()).filter((event) => event === 'password_changed')).toHaveLength(1)
    expect(errors).toEqual([])
  })

  it('leaves no session to those who signed in with the old one at the same moment', async () => {
    const { visitor, errors } = await createSite(create())
    const page = visitor()
    const { access_token: token } = await page.login()
    const thieves = Array.from({ length: 4 }, () => visitor())
    const tryAll = (some: typeof thieves) => some.map((thief) => thief.tryLogin(demo.email, demo.password))
    const [changed, ...logins] = await Promise.all([
      page.post('/auth/password/change', change, token),
      ...tryAll(thieves),
    ])
    expect(changed?.status).toBe(200)
    for (const [index, thief] of thieves.entries()) {
      expect((await thief.refresh()).status).toBe(401)
      const stolen = logins[index]?.body.access_token
      if (stolen) expect(await meets(thief, stolen)).toBe(401)
    }
    expect((await page.refresh()).status).toBe(200)
    expect(errors).toEqual([])
  })

  it('ends the way to a new password that was mailed before', async () => {
    const { visitor, nextMail } = await createSite(create())
    const page = visitor()
    const { access_token: token } = await page.login()
    const coming = nextMail()
    await page.post('/auth/password/reset-request', { email: demo.email })
    const mail = await coming
    expect((await page.post('/auth/password/change', change, token)).status).toBe(200)
    const late = { token: mail.token, password: 'the thief’s horse' }
    const answer = await visitor().post('/auth/password/reset', late)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_reset_token' } })
  })
})

describe('the change of a password', () => {
  it.each([
    ['a short one', { ...change, new_password: 'horse' }, 'weak_password'],
    ['a common one', { ...change, new_password: 'Password123' }, 'weak_password'],
    ['none', { current_password: demo.password }, 'invalid_request'],
    ['one without the present one', { new_password: wanted }, 'invalid_request'],
    ['a list', { ...change, new_password: [wanted] }, 'invalid_request'],
  ])('to %s is refused and counts as no guess', async (_case, body, code) => {
    const { visitor } = await createSite(stores[0]!.create(), { isCommonPassword })
    const page = visitor()
    const { access_token: token } = await page.login()
    for (let count = 0; count < 6; count++) {
      const answer = await page.post('/auth/password/change', body, token)
      expect(answer).toMatchObject({ status: 400, body: { code }, cookies: [] })
    }
    expect((await page.post('/auth/password/change', change, token)).status).toBe(200)
  })

  it('needs an access token, whatever cookie there is', async () => {
    const { visitor } = await createSite(stores[0]!.create())
    const page = visitor()
    await page.login()
    const answer = await page.post('/auth/password/change', change)
    expect(answer).toMatchObject({ status: 401, body: { code: 'token_missing' }, cookies: [] })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api"')
  })

  it('is of the token’s user, not of the cookie’s, whose session it ends', async () => {
    const { visitor } = await createSite(stores[0]!.create())
    const [page, stranger] = [visitor(), visitor()]
    const { access_token: token } = await page.login()
    const { access_token: theirs } = await stranger.login(other.email)
    const mixed = stranger.copy()
    expect((await mixed.post('/auth/password/change', change, token)).status).toBe(200)
    expect((await mixed.refresh()).status).toBe(200)
    expect((await stranger.refresh()).status).toBe(401)
    expect(await meets(stranger, theirs)).toBe(401)
    expect((await visitor().tryLogin(other.email, other.password)).status).toBe(200)
  })
})
