import { afterEach, describe, expect, it, vi } from 'vitest'
import { strapi, superTokens } from '../../src/presets.ts'

afterEach(() => vi.unstubAllGlobals())

describe('a preset', () => {
  it.each([
    [
      'strapi',
      () => strapi('https://api.test'),
      ['api/auth/logout', 'api/auth/refresh'],
      {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-strapi-refresh-cookie': 'httpOnly',
      },
      '{}',
      [{ authorization: 'Bearer old' }, {}, { authorization: 'Bearer new' }],
    ],
    [
      'superTokens',
      () => superTokens('https://api.test'),
      ['auth/signout', 'auth/session/refresh'],
      {
        accept: 'application/json',
        'fdi-version': '1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0,4.1',
        rid: 'anti-csrf',
        'st-auth-mode': 'cookie',
      },
      '',
      [{}, {}, {}],
    ],
  ] as const)(
    '%s signs out, refreshes and signs out again',
    async (_, make, [out, again], headers, body, more) => {
      const sent: object[] = []
      const modes: string[] = []
      vi.stubGlobal('fetch', async (input: string, init: RequestInit) => {
        const request = new Request(input, init)
        sent.push({
          name: `${request.method} ${request.url}`,
          headers: Object.fromEntries(request.headers),
          body: await request.text(),
        })
        modes.push(`${init.credentials} ${init.keepalive}`)
        return Response.json({ jwt: 'new' }, { status: sent.length === 1 ? 401 : 200 })
      })
      const { signOut } = make()
      const call = signOut as (call: { accessToken: string }) => Promise<unknown>
      await expect(call({ accessToken: 'old' })).resolves.toBeUndefined()
      expect(sent).toEqual(
        [out, again, out].map((path, index) => ({
          name: `POST https://api.test/${path}`,
          headers: expect.objectContaining({ ...headers, ...more[index] }),
          body,
        })),
      )
      expect(modes).toEqual(Array(3).fill('include true'))
    },
  )

  it.each([
    [[500], 1, 'The sign-out was answered 500.'],
    [[401, 503], 2, 'The sign-out was answered 503.'],
    [[401, 200, 403], 3, 'The sign-out was answered 403.'],
  ])(
    'of a backend that wants a token to sign out says what it was answered: %j',
    async (statuses, count, message) => {
      const fetch = vi.fn(async () =>
        Response.json({ jwt: 'new' }, { status: statuses[fetch.mock.calls.length - 1] ?? 200 }),
      )
      vi.stubGlobal('fetch', fetch)
      const { signOut } = strapi('https://api.test')
      const call = signOut as (call: { accessToken: string }) => Promise<unknown>
      await expect(call({ accessToken: 'old' })).rejects.toThrow(new Error(message))
      expect(fetch).toHaveBeenCalledTimes(count)
    },
  )
})
