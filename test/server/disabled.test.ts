import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../demo/server/ambient.ts'
import { disableUser, enableUser } from '../../demo/server/session/accounts.ts'
import { createSite, demo, meets, other, type Site } from './app-with.ts'
import { minute, stores } from './backend.ts'

const admin = ({ store, clock }: Site) => ({ store, clock: () => clock.now, random: systemRandom })

describe.each(stores)('a disabled user with the $kind store', ({ create }) => {
  it('is out at once, everywhere, and others are not', async () => {
    const site = await createSite(create())
    const [page, stranger] = [site.visitor(), site.visitor()]
    const { access_token: token, session } = await page.login()
    const { access_token: theirs } = await stranger.login(other.email)
    expect(await disableUser(' DEMO@example.com', admin(site))).toBe(true)
    expect((await page.call('GET', '/api/me', token)).body.code).toBe('token_revoked')
    expect((await page.call('GET', '/auth/sessions', token)).status).toBe(401)
    const change = { current_password: demo.password, new_password: 'another horse' }
    expect((await page.post('/auth/password/change', change, token)).status).toBe(401)
    expect(await page.refresh()).toMatchObject({
      status: 401,
      body: { code: 'session_revoked' },
      cookies: [],
    })
    expect(await meets(stranger, theirs)).toBe(200)
    expect(await site.entries()).toMatchObject([
      { event: 'login_succeeded' },
      { event: 'login_succeeded' },
      { event: 'user_disabled', userId: session.sub, at: site.clock.now },
    ])
  })

  it('is out by the mark alone, as somebody may set it in the database', async () => {
    const { store, clock, visitor } = await createSite(create())
    const page = visitor()
    const { access_token: token, session } = await page.login()
    await store.write((records) => records.setDisabled(session.sub, clock.now))
    expect((await page.call('GET', '/api/me', token)).body.code).toBe('token_revoked')
    expect((await page.refresh()).body.code).toBe('session_revoked')
  })

  it('is told so when the password is right, and nothing when it is wrong', async () => {
    const site = await createSite(create())
    await disableUser(demo.email, admin(site))
    const page = site.visitor()
    const known = await page.tryLogin(demo.email, demo.password)
    expect(known).toMatchObject({ status: 403, body: { code: 'account_disabled' }, cookies: [] })
    const guessed = await page.tryLogin(demo.email, 'wrong')
    const unknown = await page.tryLogin('nobody@example.com', 'wrong')
    expect(guessed).toMatchObject({ status: 401, body: { code: 'invalid_credentials' }, cookies: [] })
    expect(guessed.body).toEqual(unknown.body)
  })

  it('keeps the email', async () => {
    const site = await createSite(create())
    await disableUser(demo.email, admin(site))
    const answer = await site.visitor().post('/auth/sign-up', { ...demo, password: 'another horse' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'email_taken' } })
  })

  it('signs in again once enabled, and no session from before comes back', async () => {
    const site = await createSite(create())
    const page = site.visitor()
    const { access_token: token } = await page.login()
    await disableUser(demo.email, admin(site))
    site.clock.advance(minute)
    expect(await enableUser(demo.email, admin(site))).toBe(true)
    expect((await page.refresh()).body.code).toBe('session_revoked')
    expect((await page.call('GET', '/api/me', token)).body.code).toBe('token_revoked')
    const later = site.visitor()
    const { access_token: next } = await later.login()
    expect(await meets(later, next)).toBe(200)
    expect(await site.events()).toEqual([
      'login_succeeded',
      'user_disabled',
      'user_enabled',
      'login_succeeded',
    ])
  })

  it('gets no living session from a sign-in that was under way', async () => {
    const site = await createSite(create())
    const pages = Array.from({ length: 4 }, () => site.visitor())
    const logins = pages.map((page) => page.tryLogin(demo.email, demo.password))
    const [answers] = await Promise.all([Promise.all(logins), disableUser(demo.email, admin(site))])
    for (const [index, { status, body }] of answers.entries()) {
      const page = pages[index]
      expect([200, 403]).toContain(status)
      if (page && status === 200) expect(await meets(page, body.access_token)).toBe(401)
      expect((await page?.refresh())?.status).toBe(401)
    }
    await enableUser(demo.email, admin(site))
    for (const page of pages) expect((await page.refresh()).status).toBe(401)
    expect(site.errors).toEqual([])
  })

  it('has to exist', async () => {
    const site = await createSite(create())
    for (const work of [disableUser, enableUser]) {
      expect(await work('nobody@example.com', admin(site))).toBe(false)
    }
    expect(await site.events()).toEqual([])
  })

  it('leaves a trace with every try to sign in', async () => {
    const site = await createSite(create())
    await disableUser(demo.email, admin(site))
    await site.visitor().tryLogin(demo.email, demo.password)
    expect(await site.events()).toEqual(['user_disabled', 'login_failed'])
  })
})
