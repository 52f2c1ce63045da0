import { describe, expect, it } from 'vitest'
import { createHeaderCookies } from '../../../demo/server/session/cookies.ts'
import { createSite, demo, type Site } from '../app-with.ts'
import { day, minute, stores } from '../backend.ts'

const hosts = [
  {
    scheme: 'https',
    origin: 'https://app.example',
    token: /^__Host-sr_rt=[\w-]{43}; Max-Age=\d+; Path=\/; SameSite=Strict; HttpOnly; Secure$/,
    noToken: '__Host-sr_rt=; Max-Age=0; Path=/; SameSite=Strict; HttpOnly; Secure',
    hint: /^sr_hint=[\w-]{22}\.\d+\.\d+; Max-Age=\d+; Path=\/; SameSite=Strict; Secure$/,
    noHint: 'sr_hint=; Max-Age=0; Path=/; SameSite=Strict; Secure',
  },
  {
    scheme: 'plain http on localhost',
    origin: 'http://localhost:3000',
    token: /^sr_rt=[\w-]{43}; Max-Age=\d+; Path=\/; SameSite=Strict; HttpOnly$/,
    noToken: 'sr_rt=; Max-Age=0; Path=/; SameSite=Strict; HttpOnly',
    hint: /^sr_hint=[\w-]{22}\.\d+\.\d+; Max-Age=\d+; Path=\/; SameSite=Strict$/,
    noHint: 'sr_hint=; Max-Age=0; Path=/; SameSite=Strict',
  },
] as const

interface Sent {
  method?: string
  path: string
  body?: unknown
  token?: string | undefined
  headers?: Record<string, string>
}

/** A browser whose cookies are headers: what it is told to keep, as it is on the wire. */
function createClient({ app }: Site, origin: string) {
  let held: string[] = []
  const own = { 'content-type': 'application/json', 'x-silent-refresh': '1', 'sec-fetch-site': 'same-origin' }
  return {
    restore: (cookies: string[]) => {
      held = cookies
    },
    async send({ method = 'POST', path, body = {}, token, headers = own }: Sent) {
      const sent = { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
      const cookies = createHeaderCookies(held.join('; '))
      const hasBody = method === 'POST'
      const request = new Request(origin + path, {
        method,
        headers: sent,
        ...(hasBody && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const response = await app.fetch(request, cookies)
      const written = [...cookies.written]
      if (written.length > 0) held = written.map((cookie) => cookie.split(';')[0] ?? '')
      const text = await response.text()
      const json = text.startsWith('{') ? JSON.parse(text) : {}
      return { status: response.status, code: json.code, token: json.access_token, written, held }
    },
  }
}

describe.each(stores)('with the $kind store', ({ create }) => {
  describe.each(hosts)('over $scheme', ({ origin, token, noToken, hint, noHint }) => {
    it('every cookie is bound to this host and path, and the one with a secret is hidden from scripts', async () => {
      const site = await createSite(create())
      const { send } = createClient(site, origin)
      const login = { path: '/auth/login', body: demo }
      const signedIn = [
        await send({ path: '/auth/sign-up', body: { email: 'a@example.com', password: 'a new horse' } }),
      ]
      signedIn.push(await send(login))
      site.clock.advance(minute)
      signedIn.push(await send({ path: '/auth/refresh' }))
      const change = { current_password: demo.password, new_password: demo.password }
      const last = signedIn.at(-1)?.token
      signedIn.push(await send({ path: '/auth/password/change', body: change, token: last }))
      for (const { status, written } of signedIn) {
        expect([status, written]).toEqual([200, [expect.stringMatching(token), expect.stringMatching(hint)]])
      }
      const ends = [await send({ path: '/auth/logout' })]
      ends.push(await send({ path: '/auth/logout-all', token: (await send(login)).token }))
      const again = await send(login)
      const [, id] = /sr_hint=([\w-]+)\./.exec(again.held.join()) ?? []
      ends.push(await send({ method: 'DELETE', path: `/auth/sessions/${id}`, token: again.token }))
      for (const { status, written } of ends) expect([status, written]).toEqual([204, [noToken, noHint]])
    })

    it('what is no sign-in, no rotation and no sign-out sets no cookie', async () => {
      const site = await createSite(create())
      const { send } = createClient(site, origin)
      const { token: access } = await send({ path: '/auth/login', body: demo })
      const quiet = [
        await send({ path: '/auth/refresh' }),
        await send({ method: 'GET', path: '/auth/sessions', token: access }),
        await send({ method: 'GET', path: '/api/me', token: access }),
        await send({ path: '/auth/password/reset-request', body: { email: demo.email } }),
      ]
      expect(quiet.map(({ status, written }) => [status, written])).toEqual([
        [200, []],
        [200, []],
        [200, []],
        [202, []],
      ])
    })

    it('no error answer of a refresh carries a cookie', async () => {
      const store = await create()
      let trouble: Error | undefined
      const site = await createSite({
        ...store,
        write: (work) => (trouble ? Promise.reject(trouble) : store.write(work)),
      })
      const { send, restore } = createClient(site, origin)
      const refresh = { path: '/auth/refresh' }
      const { held } = await send({ path: '/auth/login', body: demo })
      const own = { 'content-type': 'application/json', 'x-silent-refresh': '1' }
      const errors = [
        await send({ ...refresh, headers: { ...own, 'sec-fetch-site': 'cross-site' } }),
        await send({ ...refresh, method: 'GET' }),
        await send({ ...refresh, method: 'DELETE' }),
        await send({ ...refresh, body: 'x'.repeat(17_000) }),
      ]
      trouble = new Error('a fault')
      errors.push(await send(refresh))
      trouble = undefined
      for (let time = 0; time < 60; time++) expect((await send(refresh)).status).toBe(200)
      errors.push(await send(refresh))
      site.clock.advance(minute)
      await send(refresh)
      await send(refresh)
      site.clock.advance(minute)
      restore(held)
      errors.push(await send(refresh), await send(refresh))
      const { held: next } = await send({ path: '/auth/login', body: demo })
      site.clock.advance(7 * day)
      errors.push(await send(refresh))
      restore(next.map((cookie) => `${cookie}x`))
      errors.push(await send(refresh))
      restore([])
      errors.push(await send(refresh))
      await store.close()
      restore(next)
      errors.push(await send(refresh))
      expect(errors.map(({ status, code }) => [status, code])).toEqual([
        [403, 'csrf'],
        [405, 'method_not_allowed'],
        [405, 'method_not_allowed'],
        [413, 'body_too_large'],
        [500, 'internal_error'],
        [429, 'rate_limited'],
        [401, 'refresh_reused'],
        [401, 'session_revoked'],
        [401, 'session_expired'],
        [401, 'no_session'],
        [401, 'no_session'],
        [503, 'unavailable'],
      ])
      for (const { written } of errors) expect(written).toEqual([])
    })
  })

  it('over plain http to any other host there is neither an answer nor a cookie', async () => {
    const site = await createSite(create())
    for (const origin of ['http://app.example', 'http://127.0.0.1.example', 'http://192.168.0.1']) {
      const { send } = createClient(site, origin)
      const answer = await send({ path: '/auth/login', body: demo })
      expect(answer).toMatchObject({ status: 403, code: 'https_required', written: [] })
    }
    expect(await site.events()).toEqual([])
  })
})
