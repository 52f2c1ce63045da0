import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { createSession } from '../../src/create-session.ts'
import { settle } from '../helpers/fake-clock.ts'

/** A `fetch` of the server's own, and what it was given. */
function stubFetch() {
  const fetch = vi.fn(async (..._: Parameters<typeof globalThis.fetch>) => new Response('', { status: 401 }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a session on a server', () => {
  it('knows nothing, and never will', async () => {
    expect(typeof document).toBe('undefined')
    const fetch = stubFetch()
    const session = createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })
    const before = session.getSnapshot()
    expect(before).toEqual({
      status: 'loading',
      stale: false,
      refreshing: false,
      expiresAt: undefined,
      reason: undefined,
      error: undefined,
      coordination: 'none',
    })
    expect(session.getServerSnapshot()).toBe(before)
    await session.signIn({ access_token: 'secret', expires_in: 60 })
    expect(await session.getAccessToken()).toBeNull()
    expect(await session.getAccessToken({ minTtl: 30_000 })).toBeNull()
    expect(await session.refresh()).toBeNull()
    await session.signOut()
    session.dispose()
    await settle()
    expect(session.getSnapshot()).toBe(before)
    expect(Object.isFrozen(before)).toBe(true)
    expect(fetch).not.toHaveBeenCalled()
  })

  it('passes a login call through, with what it comes to', async () => {
    const session = createSession({ refresh: '/auth/refresh' })
    const answer = { access_token: 'secret' }
    expect(await session.signIn(() => answer)).toBe(answer)
    expect(await session.signIn(async () => 7)).toBe(7)
    expect(await session.signIn(answer)).toBe(answer)
    await expect(session.signIn(() => Promise.reject(new Error('wrong password')))).rejects.toThrow(
      'wrong password',
    )
    await expect(
      session.signIn(() => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
  })

  it('lets requests go as they are', async () => {
    const fetch = stubFetch()
    const session = createSession({ refresh: '/auth/refresh', origins: ['https://api.test'] })
    await session.signIn({ access_token: 'secret' })
    const init = { method: 'POST', body: 'x', headers: { 'X-Own': '1' } }
    const response = await createFetch(session)('https://api.test/me', init)
    expect(response.status).toBe(401)
    expect(fetch.mock.calls).toEqual([['https://api.test/me', init]])
  })

  it('tells nobody anything, and takes the undo', () => {
    const session = createSession({ refresh: '/auth/refresh' })
    const listener = vi.fn()
    const undo = session.subscribe(listener)
    undo()
    undo()
    expect(listener).not.toHaveBeenCalled()
  })

  it('touches nothing global, and starts no timer', async () => {
    const timer = vi.spyOn(globalThis, 'setTimeout')
    const before = Object.getOwnPropertyDescriptors(globalThis)
    const session = createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })
    createFetch(session)
    await session.signIn('secret')
    session.dispose()
    expect(timer).not.toHaveBeenCalled()
    expect(Object.getOwnPropertyDescriptors(globalThis)).toEqual(before)
  })

  it('shares nothing with another', async () => {
    const [one, other] = [
      createSession({ refresh: '/auth/refresh' }),
      createSession({ refresh: '/auth/refresh' }),
    ]
    expect(one).not.toBe(other)
    await one.signIn('secret')
    one.dispose()
    expect(await other.getAccessToken()).toBeNull()
    expect(await other.signIn(() => 'fine')).toBe('fine')
    expect(JSON.stringify([one, other, one.getSnapshot(), other.getSnapshot()])).not.toContain('secret')
  })
})
