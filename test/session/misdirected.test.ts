import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { type Hit, json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const hour = 3_600_000

const answers: [string, string, (hit: Hit) => Response][] = [
  ['a 404', 'ERR_REFRESH_MISCONFIGURED', () => json({}, { status: 404 })],
  ['a 405', 'ERR_REFRESH_MISCONFIGURED', () => json({}, { status: 405 })],
  ['no token', 'ERR_INVALID_TOKEN_RESPONSE', () => json({ ok: true })],
  ['an empty answer', 'ERR_INVALID_TOKEN_RESPONSE', () => new Response(null, { status: 204 })],
  ['truncated JSON', 'ERR_INVALID_TOKEN_RESPONSE', () => new Response('{"access_token":"ey')],
  [
    'the web page of a captive portal',
    'ERR_INVALID_TOKEN_RESPONSE',
    () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
  ],
]

async function signedIn() {
  const world = createWorld()
  const opened = await world.openSignedIn()
  return { ...world, ...opened, send: createFetch(opened.session) }
}

describe.each(answers)('when the refresh endpoint answers with %s', (_, code, answer) => {
  it('a request is rejected at once, and the session is kept', async () => {
    const { server, clock, session, send, events } = await signedIn()
    server.onRefresh = answer
    clock.sleep(server.lifetime)
    const calls = [track(send('/api/1')), track(send('/api/2'))]
    await clock.advance(server.refreshDelay)
    expect(calls).toMatchObject(Array(2).fill({ state: 'rejected', error: { code } }))
    expect(server.hits).toHaveLength(0)
    expect(server.refreshes).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({
      status: 'authenticated',
      stale: true,
      error: { code },
    })
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'refresh-failed', 'stale'])
  })

  it('a page does not ask again by itself', async () => {
    const { server, clock, page, open } = createWorld()
    server.onRefresh = answer
    const { session } = open()
    for (let minute = 0; minute < 60; minute++) {
      await clock.advance(60_000)
      page.send('wake')
    }
    expect(server.refreshes).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', error: { code } })
  })

  it('a proactive refresh disturbs nobody before the token has expired', async () => {
    const { server, clock, send } = await signedIn()
    server.onRefresh = answer
    const statuses: number[] = []
    for (let second = 0; second < 59; second++) {
      const call = track(send('/api/me'))
      await clock.advance(1000)
      statuses.push(call.value?.status ?? 0)
    }
    expect(statuses).toEqual(Array(59).fill(200))
    expect(server.refreshes.length).toBeGreaterThan(0)
    expect(server.refreshes.length).toBeLessThan(8)
  })

  it('a busy page asks no oftener than the back-off allows', async () => {
    const { server, clock, send } = await signedIn()
    server.onRefresh = answer
    clock.sleep(server.lifetime)
    for (let second = 0; second < 3600; second += 5) {
      track(send('/api/me'))
      await clock.advance(5000)
    }
    expect(server.refreshes.length).toBeLessThan(130)
    expect(server.hits).toHaveLength(0)
  })

  it('a later request finds it mended', async () => {
    const { server, clock, send } = await signedIn()
    server.onRefresh = answer
    clock.sleep(server.lifetime)
    track(send('/api/1'))
    await clock.advance(2000)
    server.onRefresh = undefined
    const call = track(send('/api/2'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(2)
  })
})

describe('when the refresh endpoint answers with the token it was to replace', () => {
  it('nothing is sent with it again, and there is no loop', async () => {
    const { server, clock, session, send, events } = await signedIn()
    server.onRefresh = () => json(old)
    const old = server.issue('alice')
    await session.signIn(old)
    await clock.advance(0)
    events.length = 0
    clock.sleep(server.lifetime)
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call).toMatchObject({ state: 'rejected', error: { code: 'ERR_INVALID_TOKEN_RESPONSE' } })
    await clock.advance(hour)
    expect(server.refreshes).toHaveLength(1)
    expect(server.hits).toHaveLength(0)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'refresh-failed', 'stale'])
  })
})
