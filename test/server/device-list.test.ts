import { describe, expect, it } from 'vitest'
import { createSite, demo, meets, other, type Visitor } from './app-with.ts'
import { type Answer, day, expectPrivate, minute, stores } from './backend.ts'

interface Device {
  id: string
  current: boolean
  created_at: number
  last_used_at: number
  expires_at: number
  user_agent: string | null
  ip: string | null
}

async function list(visitor: Visitor, token: string): Promise<Device[]> {
  const { status, body } = await visitor.call('GET', '/auth/sessions', token)
  if (status !== 200) throw new Error(`the list answered ${status}`)
  return body.sessions as Device[]
}

const end = (visitor: Visitor, token: string, id: string): Promise<Answer> =>
  visitor.call('DELETE', `/auth/sessions/${id}`, token)

describe.each(stores)('the list of devices with the $kind store', ({ create }) => {
  it('tells of each where it is, since when, and until when', async () => {
    const { visitor, clock } = await createSite(create())
    const begun = clock.now / 1000
    const [page, phone] = [visitor('192.0.2.1'), visitor('2001:db8::2')]
    const { session: first } = await page.login()
    clock.advance(minute)
    const headers = { 'content-type': 'application/json', 'x-silent-refresh': '1' }
    const second = await phone.send(
      'POST',
      '/auth/login',
      { ...headers, 'sec-fetch-site': 'same-origin', 'user-agent': 'x'.repeat(300) },
      JSON.stringify(demo),
    )
    await visitor().login(other.email)
    clock.advance(minute)
    const { access_token: token } = (await page.refresh()).body

    const answer = await page.call('GET', '/auth/sessions', token)
    expectPrivate(answer)
    const week = (7 * day) / 1000
    expect(answer.body).toEqual({
      sessions: [
        {
          id: second.body.session.id,
          current: false,
          created_at: begun + 60,
          last_used_at: begun + 60,
          expires_at: begun + 60 + week,
          user_agent: 'x'.repeat(256),
          ip: '2001:db8::2',
        },
        {
          id: first.id,
          current: true,
          created_at: begun,
          last_used_at: begun + 120,
          expires_at: begun + 120 + week,
          user_agent: null,
          ip: '192.0.2.1',
        },
      ],
    })
    const seenByPhone = await list(phone, second.body.access_token)
    expect(seenByPhone.map(({ current }) => current)).toEqual([true, false])
  })

  it('leaves out what has ended, in whatever way', async () => {
    const { visitor, clock } = await createSite(create())
    const [signedOut, replaced, ended, forgotten] = [visitor(), visitor(), visitor(), visitor()]
    await forgotten.login()
    clock.advance(day)
    for (const device of [signedOut, replaced, ended]) await device.login()
    await signedOut.post('/auth/logout')
    const { session } = await replaced.login()
    const page = visitor()
    const { access_token: token, session: own } = await page.login()
    const { session: doomed } = await ended.login()
    await end(page, token, doomed.id)
    const living = async () =>
      (await list(page, (await page.refresh()).body.access_token)).map(({ id }) => id)
    expect((await living()).toSorted()).toEqual(
      [own.id, session.id, (await forgotten.refresh()).body.session.id].toSorted(),
    )
    // Nobody came back on it for a week.
    clock.advance(6 * day + minute)
    await page.refresh()
    await forgotten.refresh()
    clock.advance(day)
    expect((await living()).toSorted()).toEqual(
      [own.id, (await forgotten.refresh()).body.session.id].toSorted(),
    )
  })

  it('leaves out those from before a sign-out everywhere', async () => {
    const { visitor } = await createSite(create())
    const page = visitor()
    const { access_token: token } = await page.login()
    await visitor().login()
    await page.post('/auth/logout-all', {}, token)
    const { access_token: next, session } = await page.login()
    expect((await list(page, next)).map(({ id }) => id)).toEqual([session.id])
  })

  it('ends one device, with its access token and its refresh token', async () => {
    const { visitor, clock, entries, store } = await createSite(create())
    const [page, phone] = [visitor('192.0.2.1'), visitor('192.0.2.2')]
    const { access_token: token } = await page.login()
    const { access_token: lost, session } = await phone.login()
    clock.advance(minute)
    const before = phone.copy()
    await phone.refresh()

    const answer = await end(page, token, session.id)
    expectPrivate(answer)
    expect(answer).toMatchObject({ status: 204, body: '', cookies: [] })
    expect((await phone.call('GET', '/api/me', lost)).body.code).toBe('token_revoked')
    for (const held of [phone, before]) {
      expect(await held.refresh()).toMatchObject({ status: 401, body: { code: 'session_revoked' } })
    }
    expect(await meets(page, token)).toBe(200)
    expect((await page.refresh()).status).toBe(200)
    const told = (await entries()).filter(({ event }) => event === 'session_ended')
    expect(told).toMatchObject([{ sessionId: session.id, userId: session.sub, ip: '192.0.2.1' }])
    expect(await store.read((records) => records.findSession(session.id))).toMatchObject({
      revokedAt: clock.now,
      revokedReason: 'ended',
    })
  })

  it('ends its own device like a sign-out', async () => {
    const { visitor } = await createSite(create())
    const page = visitor()
    const { access_token: token, session } = await page.login()
    const before = page.copy()
    const answer = await end(page, token, session.id)
    expect(answer.status).toBe(204)
    expect(answer.cookies.map(({ name, attributes }) => [name, attributes.maxAge])).toEqual([
      ['__Host-sr_rt', 0],
      ['sr_hint', 0],
    ])
    expect(page.jar.size).toBe(0)
    expect((await before.refresh()).body.code).toBe('session_revoked')
    expect(await meets(page, token)).toBe(401)
  })

  it('knows no device but the user’s own living ones', async () => {
    const { visitor, events } = await createSite(create())
    const [page, stranger] = [visitor(), visitor()]
    const { access_token: token } = await page.login()
    const { access_token: theirs, session: foreign } = await stranger.login(other.email)
    const { session: gone } = await page.login()
    const { access_token: next } = await page.login()
    const before = await events()
    for (const id of [foreign.id, gone.id, 'A'.repeat(22), 'A', '%00', "'", '..%2f', 'é'.repeat(22)]) {
      const answer = await end(page, next, id)
      expect([id, answer.status, answer.body.code]).toEqual([id, 404, 'not_found'])
      expect(answer.cookies).toEqual([])
    }
    expect(await events()).toEqual(before)
    expect(await meets(stranger, theirs)).toBe(200)
    expect((await stranger.refresh()).status).toBe(200)
    expect(await meets(page, token)).toBe(401)
  })

  it('lets one of two who end a device at once do it', async () => {
    const { visitor, errors, events } = await createSite(create())
    const [page, phone] = [visitor(), visitor()]
    const { access_token: token } = await page.login()
    const { session } = await phone.login()
    const answers = await Promise.all([end(page, token, session.id), end(page, token, session.id)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404])
    expect((await events()).filter((event) => event === 'session_ended')).toHaveLength(1)
    expect(errors).toEqual([])
  })
})

describe('the list of devices', () => {
  it('is for who has an access token; the cookie alone, that any page can send, does nothing', async () => {
    const { visitor } = await createSite(stores[0]!.create())
    const page = visitor()
    const { session } = await page.login()
    for (const answer of [
      await page.call('GET', '/auth/sessions'),
      await page.call('DELETE', `/auth/sessions/${session.id}`),
    ]) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'token_missing' }, cookies: [] })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api"')
    }
    expect((await page.refresh()).status).toBe(200)
  })

  it.each([
    ['POST', '/auth/sessions', 'GET'],
    ['DELETE', '/auth/sessions', 'GET'],
    ['GET', `/auth/sessions/${'A'.repeat(22)}`, 'DELETE'],
    ['POST', `/auth/sessions/${'A'.repeat(22)}`, 'DELETE'],
  ])('answers %s %s with what there is', async (method, path, allow) => {
    const { visitor } = await createSite(stores[0]!.create())
    const page = visitor()
    const { access_token: token } = await page.login()
    const answer = await page.call(method, path, token)
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(answer.headers.get('allow')).toBe(allow)
  })
})
