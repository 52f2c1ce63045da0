import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/session/answer.ts'
import type { RefreshEndpoint } from '../../src/session/auth-endpoint.ts'
import { json } from '../helpers/fake-server.ts'
import { createWorld } from '../helpers/world.ts'

const html = { 'Content-Type': 'text/html' }

/** What becomes of a signed-in user whose token has expired, if the refresh is answered so. */
async function standing(refused: RefreshEndpoint['refused'], answer: () => Response) {
  const world = createWorld()
  const { session, events } = await world.openSignedIn({ refresh: { url: '/auth/refresh', refused } })
  world.server.onRefresh = answer
  await world.clock.advance(world.server.lifetime + 1000)
  const { status, reason, error } = session.getSnapshot()
  return { status, reason, code: (error as { code?: string } | undefined)?.code, events, world }
}

const over = { status: 'unauthenticated', reason: 'expired' }
const misconfigured = { status: 'authenticated', code: 'ERR_REFRESH_MISCONFIGURED' }
const unavailable = { status: 'authenticated', code: 'ERR_REFRESH_UNAVAILABLE' }
const invalidGrant = { code: { path: 'error', only: ['invalid_grant'] } }

describe('which answers of the refresh endpoint end a session', () => {
  it.each<[string, RefreshEndpoint['refused'], () => Response, object]>([
    ['a status of the list', [410], () => json({}, { status: 410 }), over],
    ['a status that is not in the list', [410], () => json({}, { status: 401 }), misconfigured],
    ['the code of a rule', invalidGrant, () => json({ error: 'invalid_grant' }, { status: 400 }), over],
    ['another code', invalidGrant, () => json({ error: 'invalid_client' }, { status: 400 }), misconfigured],
    [
      'nothing, if there is no code where a rule has one',
      invalidGrant,
      () => json('no', { status: 401 }),
      misconfigured,
    ],
    [
      'not the page of a firewall',
      undefined,
      () => new Response('<p>', { status: 403, headers: html }),
      unavailable,
    ],
    [
      'not the page of a proxy',
      [403, 407],
      () => new Response('<p>', { status: 403, headers: html }),
      unavailable,
    ],
    [
      'a page of a server that words its 401 so',
      undefined,
      () => new Response('<p>', { status: 401, headers: html }),
      over,
    ],
    [
      'the code with a status of no rule',
      invalidGrant,
      () => json({ error: 'invalid_grant' }, { status: 503 }),
      unavailable,
    ],
    ['a status of a rule without code', { status: [403] }, () => json({}, { status: 403 }), over],
    ['a status that a rule leaves out', { status: [403] }, () => json({}, { status: 401 }), misconfigured],
    [
      'a success with the code of a rule',
      { status: [200], code: { path: 'error', only: ['no_session'] } },
      () => json({ error: 'no_session' }),
      over,
    ],
    ['whatever a function says', ({ status }) => status === 404, () => json({}, { status: 404 }), over],
    [
      'a body that a function reads',
      async ({ status, json }: Answer) => status === 200 && (await json()) === null,
      () => json(null),
      over,
    ],
    [
      'nothing, if a function throws',
      () => {
        throw new Error('mine')
      },
      () => json({}, { status: 401 }),
      unavailable,
    ],
    [
      'nothing, if a rule meets a web page',
      { status: [200], code: { path: 'a', only: ['b'] } },
      () => new Response('<p>', { headers: html }),
      { status: 'authenticated', code: 'ERR_INVALID_TOKEN_RESPONSE' },
    ],
  ])('%s', async (_, refused, answer, expected) => {
    expect(await standing(refused, answer)).toMatchObject(expected)
  })

  it('is said by the event that tells the end', async () => {
    const { events } = await standing([410], () => json({ secret: 'x' }, { status: 410 }))
    expect(events.at(-1)).toEqual({
      type: 'ended',
      reason: 'expired',
      message: 'The refresh endpoint answered 410.',
    })
  })

  it('leaves the body for the token, where a function has looked at it', async () => {
    const world = createWorld()
    const { session } = await world.openSignedIn({
      refresh: { url: '/auth/refresh', refused: async ({ text }) => (await text()) === '' },
    })
    await world.clock.advance(world.server.lifetime + 1000)
    expect(world.server.refreshes).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', error: undefined })
  })

  it('is asked with the method and the URL', async () => {
    const asked: Answer[] = []
    await standing(
      (answer) => {
        asked.push(answer)
        return false
      },
      () => json({}, { status: 418 }),
    )
    expect(asked[0]).toMatchObject({ status: 418, method: 'POST' })
    expect(Object.isFrozen(asked[0])).toBe(true)
  })
})
