import { describe, expect, it } from 'vitest'
import type { RefreshEndpoint } from '../../src/session/auth-endpoint.ts'
import { json } from '../helpers/fake-server.ts'
import { createWorld } from '../helpers/world.ts'

/** A page whose first refresh is answered so; the life of its token, and the token itself. */
async function start(shape: Partial<RefreshEndpoint>, answer: () => Response) {
  const world = createWorld()
  world.server.onRefresh = answer
  const { session } = world.open({ refresh: { url: '/auth/refresh', ...shape } })
  const { wall } = world.clock.now()
  await world.clock.advance(1000)
  const { status, expiresAt } = session.getSnapshot()
  return {
    status,
    lifetime: expiresAt === undefined ? undefined : expiresAt - wall,
    token: status === 'authenticated' ? await session.getAccessToken() : undefined,
    world,
    session,
  }
}

const withHeaders = (headers: Record<string, string>) => () => json({}, { headers })

describe('a token and its expiry', () => {
  it('may stand in the headers of the answer', async () => {
    const answer = withHeaders({ Authorization: 'Bearer from-header', 'X-Expires': '90' })
    const accessToken = (_: unknown, headers: Headers) => headers.get('Authorization')?.slice(7)
    const expiry = { path: (_: unknown, headers: Headers) => headers.get('X-Expires'), unit: 's' } as const
    expect(await start({ accessToken, expiry }, answer)).toMatchObject({
      token: 'from-header',
      lifetime: 90_000,
    })
  })

  it('may be found by a function of the body', async () => {
    const claims = [{ type: 'expires_in', value: 30 }]
    const find = (body: unknown) => (body as typeof claims).find(({ type }) => type === 'expires_in')?.value
    const shape = { accessToken: false, expiry: { path: find, unit: 's' } } as const
    expect(await start(shape, () => json(claims))).toMatchObject({ token: '', lifetime: 30_000 })
  })

  it('live until a 401 if a function finds none, or throws', async () => {
    for (const path of [
      () => undefined,
      () => {
        throw new Error('mine')
      },
    ]) {
      const shape = { expiry: { path, unit: 's' } } as const
      expect(await start(shape, () => json({ access_token: 'opaque' }))).toMatchObject({
        status: 'authenticated',
        lifetime: undefined,
      })
    }
  })

  it('lives as long as the app assumes where nobody says', async () => {
    const answer = () => json({ access_token: 'opaque' })
    expect(await start({ lifetime: 40_000 }, answer)).toMatchObject({ lifetime: 40_000 })
  })

  it('lives as long as the answer says, whatever the app assumes', async () => {
    const answer = () => json({ access_token: 'opaque', expires_in: 90 })
    expect(await start({ lifetime: 40_000 }, answer)).toMatchObject({ lifetime: 90_000 })
  })

  it('are read from the headers of a login answer, too: a Response, and one of axios', async () => {
    const accessToken = (_: unknown, headers: Headers) => headers.get('Authorization')?.slice(7)
    for (const login of [
      new Response('', { headers: { Authorization: 'Bearer signed-in' } }),
      { status: 200, headers: { authorization: 'Bearer signed-in' }, data: {} },
    ]) {
      const { session } = await start({ accessToken }, () => json({}, { status: 401 }))
      await session.signIn(login)
      expect(await session.getAccessToken()).toBe('signed-in')
    }
  })

  it('belong to whom a function finds in the answer: somebody else ends the session', async () => {
    const users = ['alice', 'bob']
    const answer = () => json({ access_token: `opaque-${users[0]}`, claims: [{ sub: users.shift() }] })
    const subject = (body: unknown) => (body as { claims: [{ sub: string }] }).claims[0].sub
    const { session, world } = await start({ subject }, answer)
    const refreshed = session.refresh()
    await world.clock.advance(1000)
    expect(await refreshed).toBeNull()
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
  })

  it('of cookies only need nothing in the answer, not even a body', async () => {
    const shape = { accessToken: false, lifetime: 60_000 } as const
    const { status, token, world } = await start(shape, () => new Response(null, { status: 204 }))
    expect([status, token]).toEqual(['authenticated', ''])
    await world.clock.advance(50_000)
    expect(world.server.refreshes).toHaveLength(2)
  })

  it('of cookies only are not there if a web page answers', async () => {
    const page = () => new Response('<p>', { headers: { 'Content-Type': 'text/html' } })
    const { session } = await start({ accessToken: false }, page)
    expect(session.getSnapshot()).toMatchObject({
      status: 'loading',
      error: { code: 'ERR_INVALID_TOKEN_RESPONSE' },
    })
  })
})
