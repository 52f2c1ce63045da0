import { describe, expect, it } from 'vitest'
import type { SessionOptions } from '../../src/session/options.ts'
import { unauthorized } from '../helpers/fake-server.ts'
import { caught, expired, type MakeClient, signedIn } from './client.ts'

const header = 'X-XSRF-TOKEN'
const doubleSubmit = { header, cookie: 'XSRF-TOKEN' }
const renewable: Partial<SessionOptions> = {
  csrf: { ...doubleSubmit, renewal: { url: '/csrf-cookie', status: [419] } },
}

/** A backend that answers 419 to whatever does not carry the newest CSRF cookie. */
async function strict(makeClient: MakeClient, options: Partial<SessionOptions> = {}) {
  const arranged = await signedIn(makeClient, { ...renewable, ...options })
  const { server, page } = arranged
  const csrf = { current: 'new', renewals: 0, isBroken: false }
  page.cookie = { 'XSRF-TOKEN': 'old' }
  server.onApi = ({ url, headers }) => {
    if (url.pathname === '/csrf-cookie') {
      csrf.renewals++
      if (csrf.isBroken) return new Response(null, { status: 500 })
      page.cookie = { 'XSRF-TOKEN': csrf.current }
      return new Response(null, { status: 204 })
    }
    return headers.get(header) === csrf.current ? undefined : new Response('page expired', { status: 419 })
  }
  return { ...arranged, csrf }
}

const pathsOf = (hits: readonly { url: URL }[]) => hits.map(({ url }) => url.pathname)

export function describeCsrf(name: string, makeClient: MakeClient): void {
  describe(`${name}: the CSRF header`, () => {
    it('goes with every request, read anew from its cookie', async () => {
      const { client, server, page, clock } = await signedIn(makeClient, { csrf: doubleSubmit })
      for (const value of ['one', 'two']) {
        page.cookie = { 'XSRF-TOKEN': value }
        const call = client.send('/api/items')
        await clock.advance(100)
        await call
      }
      expect(server.hits.map(({ headers }) => headers.get(header))).toEqual(['one', 'two'])
    })

    it('is left out where its cookie is not there', async () => {
      const { client, server, clock } = await signedIn(makeClient, { csrf: doubleSubmit })
      const call = client.send('/api/items')
      await clock.advance(100)
      expect((await call).status).toBe(200)
      expect(server.hits.map(({ headers }) => headers.has(header))).toEqual([false])
    })

    it('goes with excluded URLs of allowed origins, which carry no token', async () => {
      const { client, server, clock } = await signedIn(makeClient, {
        csrf: { header: 'X-CSRF', value: '1' },
        exclude: ['/public/login'],
      })
      const call = client.send('/public/login', { method: 'POST', body: '{}' })
      await clock.advance(100)
      await call
      expect(server.hits.map(({ headers }) => [headers.get('X-CSRF'), headers.get('Authorization')])).toEqual(
        [['1', null]],
      )
    })

    it.each([
      ['to another origin', 'https://other.test/api', {}],
      ['with skipAuth', '/api/items', { skipAuth: true }],
      ['with an Authorization of its own', '/api/items', { headers: { Authorization: 'Basic x' } }],
    ])('does not go with a request %s', async (_, url, call) => {
      const { client, server, clock } = await signedIn(makeClient, { csrf: { header: 'X-CSRF', value: '1' } })
      const sent = client.send(url, call)
      await clock.advance(100)
      await sent
      expect(server.hits.map(({ headers }) => headers.has('X-CSRF'))).toEqual([false])
    })

    it('leaves the caller their own', async () => {
      const { client, server, clock } = await signedIn(makeClient, { csrf: { header: 'X-CSRF', value: '1' } })
      const call = client.send('/api/items', { headers: { 'x-csrf': 'mine' } })
      await clock.advance(100)
      await call
      expect(server.hits.map(({ headers }) => headers.get('X-CSRF'))).toEqual(['mine'])
    })

    it('goes with the refresh and the sign-out, too', async () => {
      const { client, server, session, clock } = await expired(makeClient, {
        csrf: { header: 'X-CSRF', value: () => 'told' },
      })
      const call = client.send('/api/items')
      await clock.advance(1000)
      await call
      const out = session.signOut()
      await clock.advance(1000)
      await out
      for (const { headers } of [...server.refreshes, ...server.signOuts]) {
        expect([headers.get('X-CSRF'), headers.get('X-Silent-Refresh')]).toEqual(['told', null])
      }
    })

    it('is renewed once for all who were refused for it, and each is sent once more', async () => {
      const { client, server, csrf, clock } = await strict(makeClient)
      const calls = Promise.all(
        ['a', 'b', 'c'].map((body) => client.send('/api/items', { method: 'POST', body })),
      )
      await clock.advance(1000)
      expect((await calls).map(({ status, body }) => [status, JSON.parse(body).body])).toEqual([
        [200, 'a'],
        [200, 'b'],
        [200, 'c'],
      ])
      expect(csrf.renewals).toBe(1)
      expect(pathsOf(server.hits).filter((path) => path === '/api/items')).toHaveLength(6)
      expect(server.refreshes).toHaveLength(0)
    })

    it('is not renewed again for a refusal that comes late: the request had carried the old one', async () => {
      const { client, server, csrf, clock } = await strict(makeClient)
      const slow = client.send('/api/slow')
      const usual = server.onApi
      server.onApi = async (hit) => {
        const answer = await usual?.(hit)
        if (hit.url.pathname === '/api/slow' && answer) {
          await new Promise<void>((resolve) => {
            clock.startTimer(resolve, 500)
          })
        }
        return answer
      }
      const quick = client.send('/api/items')
      await clock.advance(1000)
      expect([(await slow).status, (await quick).status]).toEqual([200, 200])
      expect(csrf.renewals).toBe(1)
    })

    it('hands on the refusal if no new one can be had, or the new one is refused as well', async () => {
      const { client, server, csrf, clock } = await strict(makeClient)
      csrf.isBroken = true
      const first = client.send('/api/items')
      await clock.advance(1000)
      expect(await first).toEqual({ status: 419, body: 'page expired' })
      csrf.isBroken = false
      server.onApi = () => new Response('page expired', { status: 419 })
      const second = client.send('/api/items')
      await clock.advance(1000)
      expect(await second).toEqual({ status: 419, body: 'page expired' })
      expect(pathsOf(server.hits).slice(2)).toEqual(['/api/items', '/csrf-cookie'])
    })

    it('hands on the refusal if the network is gone when a new one is asked for', async () => {
      const { client, server, clock } = await strict(makeClient)
      const usual = server.onApi
      server.onApi = (hit) => {
        if (hit.url.pathname === '/csrf-cookie') throw new TypeError('Failed to fetch')
        return usual?.(hit)
      }
      const call = client.send('/api/items')
      await clock.advance(1000)
      expect((await call).status).toBe(419)
      expect(pathsOf(server.hits).filter((path) => path === '/api/items')).toHaveLength(1)
    })

    it('does not keep anybody waiting for a renewal that is never answered', async () => {
      const { client, server, clock } = await strict(makeClient, { refreshTimeout: 3000 })
      const usual = server.onApi
      server.onApi = (hit) => (hit.url.pathname === '/csrf-cookie' ? new Promise(() => {}) : usual?.(hit))
      const call = client.send('/api/items')
      await clock.advance(3100)
      expect((await call).status).toBe(419)
    })

    it('lets a caller abort while it is renewed', async () => {
      const { client, server, clock } = await strict(makeClient)
      const usual = server.onApi
      server.onApi = (hit) => (hit.url.pathname === '/csrf-cookie' ? new Promise(() => {}) : usual?.(hit))
      const controller = new AbortController()
      const call = caught(client.send('/api/items', { signal: controller.signal }))
      await clock.advance(100)
      const reason = new DOMException('left', 'AbortError')
      controller.abort(reason)
      client.expectAborted(await call, reason)
    })

    it('waits for a cookie that the page can read only a moment after the answer that brings it', async () => {
      const { client, server, csrf, clock, environment, page } = await strict(makeClient)
      let jar: Record<string, string> = { 'XSRF-TOKEN': 'old' }
      const bring = (value: string) => {
        csrf.current = value
        jar = { 'XSRF-TOKEN': value }
      }
      environment.page.cookiesLanded = async () => {
        page.cookie = jar
      }
      server.onApi = ({ url, headers }) => {
        if (url.pathname !== '/csrf-cookie')
          return headers.get(header) === csrf.current ? undefined : new Response(null, { status: 419 })
        csrf.renewals++
        bring('renewed')
        return new Response(null, { status: 204 })
      }
      const renewed = client.send('/api/items')
      await clock.advance(1000)
      expect([(await renewed).status, csrf.renewals]).toEqual([200, 1])

      server.onRefresh = () => {
        bring('with the refresh')
        return undefined
      }
      server.expireAll()
      const retried = client.send('/api/items')
      await clock.advance(1000)
      expect([(await retried).status, csrf.renewals]).toEqual([200, 1])
    })

    it('is the new one in a retry with the token of another tab, though the page can read it a moment late', async () => {
      const { client, server, csrf, clock, environment, page, newTab } = await strict(makeClient)
      csrf.current = 'old'
      environment.page.cookiesLanded = async () => {
        page.cookie = { 'XSRF-TOKEN': csrf.current }
      }
      const other = newTab()
      other.page.cookie = { 'XSRF-TOKEN': 'old' }
      const { session } = other.open(renewable)
      await clock.advance(1000)
      server.onRefresh = () => {
        csrf.current = 'with the refresh'
        return undefined
      }
      server.expireAll()
      const refreshed = session.refresh()
      const call = client.send('/api/items')
      await clock.advance(1000)
      await refreshed
      expect((await call).status).toBe(200)
      expect([server.refreshes.length, csrf.renewals]).toEqual([1, 0])
      expect(pathsOf(server.hits)).toEqual(['/api/items', '/api/items'])
    })

    it('is renewed although the request has had a new token already, and the other way round', async () => {
      const { client, server, csrf, clock } = await strict(makeClient)
      for (const isTokenFirst of [true, false]) {
        csrf.current = `changed, ${isTokenFirst}`
        csrf.renewals = 0
        server.hits.length = 0
        server.refreshes.length = 0
        server.expireAll()
        const usual = server.onApi
        let served = 0
        server.onApi = (hit) => {
          const isToken = hit.url.pathname !== '/csrf-cookie' && ++served === (isTokenFirst ? 1 : 2)
          return isToken ? unauthorized() : usual?.(hit)
        }
        const call = client.send('/api/items', { method: 'POST', body: 'x' })
        await clock.advance(6000)
        expect((await call).status).toBe(200)
        expect([served, server.refreshes.length, csrf.renewals]).toEqual([3, 1, 1])
        server.onApi = usual
      }
    })

    it.each([
      ['signed out', 'nobody'],
      ['been replaced', 'bob'],
    ])('is not renewed for the request of somebody who has %s meanwhile', async (_, user) => {
      const { client, server, csrf, clock, session } = await strict(makeClient)
      const usual = server.onApi
      let answer = () => {}
      server.onApi = async (hit) => {
        if (hit.url.pathname === '/csrf-cookie')
          await new Promise<void>((resolve) => {
            answer = resolve
          })
        return usual?.(hit)
      }
      const call = client.send('/api/items', { method: 'POST', body: 'from alice' })
      await clock.advance(100)
      if (user === 'nobody') session.signOut().catch(() => {})
      else await session.signIn(server.issue(user))
      await clock.advance(100)
      answer()
      await clock.advance(1000)
      expect((await call).status).toBe(419)
      expect(csrf.renewals).toBe(1)
      expect(pathsOf(server.hits).filter((path) => path === '/api/items')).toHaveLength(1)
    })

    it('lets nothing be sent again for who signs out while the browser catches up with its cookies', async () => {
      const { client, server, clock, session, environment, page } = await strict(makeClient)
      page.cookie = { 'XSRF-TOKEN': 'new' }
      await clock.advance(6000)
      let catchUp = () => {}
      environment.page.cookiesLanded = () =>
        new Promise<void>((resolve) => {
          catchUp = resolve
        })
      server.onApi = () => unauthorized()
      const call = client.send('/api/items', { method: 'POST', body: 'from alice' })
      await clock.advance(100)
      catchUp()
      await clock.advance(100)
      session.signOut().catch(() => {})
      await clock.advance(10)
      catchUp()
      await clock.advance(1000)
      expect((await call).status).toBe(401)
      expect(server.hits).toHaveLength(1)
    })

    it('and the token are both renewed where the backend says the same of both', async () => {
      const { client, server, page, clock } = await signedIn(makeClient, {
        csrf: { ...doubleSubmit, renewal: { url: '/csrf-cookie', status: [403] } },
        shouldRefresh: { status: [403] },
      })
      page.cookie = { 'XSRF-TOKEN': 'old' }
      await clock.advance(6000)
      let renewals = 0
      server.onApi = ({ url, headers }) => {
        if (url.pathname === '/csrf-cookie') {
          renewals++
          page.cookie = { 'XSRF-TOKEN': 'new' }
          return new Response(null, { status: 204 })
        }
        const isGood = headers.get(header) === 'new' && server.refreshes.length > 0
        return isGood ? undefined : new Response(null, { status: 403 })
      }
      const call = client.send('/api/items')
      await clock.advance(1000)
      expect((await call).status).toBe(200)
      expect([renewals, server.refreshes.length]).toEqual([1, 1])
    })

    it('and the token are each renewed once at most for one request', async () => {
      const { client, server, clock } = await strict(makeClient)
      await clock.advance(6000)
      let served = 0
      server.onApi = ({ url }) => {
        if (url.pathname === '/csrf-cookie') return new Response(null, { status: 204 })
        return ++served % 2 ? unauthorized() : new Response(null, { status: 419 })
      }
      const call = client.send('/api/items')
      await clock.advance(6000)
      expect((await call).status).toBe(401)
      expect(served).toBe(3)
      expect(server.refreshes).toHaveLength(1)
    })

    it('is renewed for a refresh and a sign-out that were refused for it', async () => {
      const { client, server, csrf, clock, session } = await strict(makeClient)
      server.onRefresh = ({ headers }) =>
        headers.get(header) === csrf.current ? undefined : new Response(null, { status: 419 })
      server.expireAll()
      csrf.current = 'newest'
      const refreshed = session.refresh()
      await clock.advance(1000)
      expect(await refreshed).toEqual(expect.any(String))
      expect(server.refreshes.map(({ headers }) => headers.get(header))).toEqual(['old', 'newest'])
      const call = client.send('/api/items')
      await clock.advance(1000)
      expect((await call).status).toBe(200)
    })
  })
}
