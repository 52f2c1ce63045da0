import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'
import { alice } from './arrange.ts'

/** A login call that the test ends. */
function createLogin() {
  let fail = (_: unknown) => {}
  const login = () =>
    new Promise<never>((_, reject) => {
      fail = reject
    })
  return { login, fail: () => fail(new Error('wrong password')) }
}

const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)
const startsOf = (events: readonly { type: string; reason?: string }[]) =>
  events.filter(({ type }) => type === 'refresh-started').map(({ reason }) => reason)

describe('a login call that fails', () => {
  it.each([
    ['on its way', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['with a refusal', async () => new Response(null, { status: 401 })],
  ])('%s leaves no doubt whose cookie it is', async (_, login) => {
    const { server, clock, session } = await alice()
    server.isOpaque = true
    track(session.refresh())
    await clock.advance(1000)
    expect(track(session.signIn(login)).state).toBe('pending')
    await clock.advance(1000)
    track(session.refresh())
    await clock.advance(1000)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', reason: undefined })
  })

  it('after its answer has come leaves the question whose cookie it is', async () => {
    const { server, clock, session } = await alice()
    server.isOpaque = true
    track(session.refresh())
    await clock.advance(1000)
    const signIn = track(session.signIn(async () => new Response('no token', { status: 200 })))
    await clock.advance(1000)
    expect(signIn.state).toBe('rejected')
    track(session.refresh())
    await clock.advance(1000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
  })

  it('lets who has waited for it go on with a new token', async () => {
    const { server, clock, session, events } = await alice({ refreshMargin: 0 })
    clock.sleep(server.lifetime)
    const { login, fail } = createLogin()
    track(session.signIn(login))
    await clock.advance(100)
    const token = track(session.getAccessToken())
    await clock.advance(100)
    expect([token.state, startsOf(events)]).toEqual(['pending', []])
    fail()
    await clock.advance(1000)
    expect(token.value).toEqual(expect.any(String))
    expect(startsOf(events)).toEqual(['expired'])
  })

  it('lets who has waited for it know that nobody is signed in', async () => {
    const { open, server, clock } = createWorld()
    server.cookie = undefined
    const { session } = open()
    await clock.advance(1000)
    server.refreshes.length = 0
    const { login, fail } = createLogin()
    track(session.signIn(login))
    await clock.advance(100)
    const token = track(session.getAccessToken())
    await clock.advance(100)
    expect(token.state).toBe('pending')
    fail()
    await clock.advance(0)
    expect(token).toMatchObject({ state: 'resolved', value: null })
    expect(server.refreshes).toHaveLength(0)
  })

  it('in a page that is only starting lets it find out who is signed in', async () => {
    const { open, clock } = createWorld()
    const opened = open()
    const { login, fail } = createLogin()
    track(opened.session.signIn(login))
    await clock.advance(100)
    const token = track(opened.session.getAccessToken())
    await clock.advance(100)
    expect(startsOf(opened.events)).toEqual([])
    fail()
    await clock.advance(1000)
    expect(token.value).toEqual(expect.any(String))
    expect(startsOf(opened.events)).toEqual(['startup'])
  })

  it('has nothing heard as long as another login call is under way', async () => {
    const { clock, session, events, newTab, server } = await alice()
    const [first, second] = [createLogin(), createLogin()]
    track(session.signIn(first.login))
    await clock.advance(100)
    track(session.signIn(second.login))
    await clock.advance(100)
    const other = newTab().open()
    await clock.advance(1000)
    track(other.session.signIn(server.issue('bob')))
    await clock.advance(100)
    first.fail()
    await clock.advance(100)
    expect(typesOf(events)).toEqual([])
    second.fail()
    await clock.advance(1000)
    expect(typesOf(events)).toContain('signed-in')
  })
})

describe('a sign-in during a refresh that is slow', () => {
  it('leaves no timer behind', async () => {
    const { server, clock, session, login } = await alice()
    const before = clock.timers
    server.refreshDelay = 2000
    track(session.refresh())
    await clock.advance(100)
    track(session.signIn(() => login('alice')))
    await clock.advance(5000)
    expect(session.getSnapshot().refreshing).toBe(false)
    expect(clock.timers).toBe(before)
  })
})

describe('a refresh that another tab has seen fail', () => {
  async function waiting() {
    const world = createWorld()
    const { clock, server, tab } = world
    const holder = tab.open()
    await clock.advance(1000)
    const other = world.newTab()
    const opened = other.open()
    await clock.advance(1000)
    clock.sleep(server.lifetime)
    server.onRefresh = () => new Promise(() => {})
    track(createFetch(holder.session)('/api/holder'))
    await clock.advance(10)
    opened.events.length = 0
    const call = track(createFetch(opened.session)('/api/waiter'))
    await clock.advance(10)
    expect(opened.session.getSnapshot().refreshing).toBe(true)
    const fail = (retryAfter: number) =>
      other.hear('silent-refresh::https://app.test/auth/refresh', {
        type: 'failed',
        message: 'The refresh endpoint answered 503.',
        retryAfter,
      })
    return { ...world, ...opened, call, fail, holder: tab, other }
  }

  it.each([
    ['without words', { type: 'failed' }],
    ['with odd words', { type: 'failed', message: 1 }],
    ['with too many words', { type: 'failed', message: 'x'.repeat(201) }],
    ['with an odd delay', { type: 'failed', message: 'x', retryAfter: -1 }],
    ['under another name', { type: '', message: 'x' }],
  ])('is not believed in %s', async (_, message) => {
    const { clock, session, other, events } = await waiting()
    other.hear('silent-refresh::https://app.test/auth/refresh', message)
    await clock.advance(0)
    expect(session.getSnapshot().refreshing).toBe(true)
    expect(typesOf(events)).toEqual(['refresh-started'])
  })

  it('is over in a tab that was waiting for its turn, which tries again when it was told to', async () => {
    const { clock, session, events, call, fail, server, holder } = await waiting()
    fail(3000)
    await clock.advance(0)
    expect(session.getSnapshot().refreshing).toBe(false)
    expect(events).toMatchObject([
      { type: 'refresh-started', reason: 'expired' },
      { type: 'refresh-failed', error: { code: 'ERR_REFRESH_UNAVAILABLE' } },
      { type: 'stale' },
    ])
    server.onRefresh = undefined
    holder.crash()
    await clock.advance(2900)
    expect(startsOf(events)).toHaveLength(1)
    await clock.advance(5000)
    expect(startsOf(events)).toEqual(['expired', 'expired'])
    expect(call.value?.status).toBe(200)
  })
})

describe('a refresh that has failed', () => {
  const trouble = () => new Response(null, { status: 503, headers: { 'Retry-After': '2' } })

  it('is not tried again without a network, however long somebody waits', async () => {
    const { server, clock, send, page, events } = await alice({ refreshMargin: 0, maxWait: 60_000 })
    clock.sleep(server.lifetime)
    server.onRefresh = trouble
    const call = track(send('/api/me'))
    await clock.advance(500)
    page.isOnline = false
    await clock.advance(20_000)
    expect(startsOf(events)).toEqual(['expired'])
    page.isOnline = true
    server.onRefresh = undefined
    page.send('online')
    await clock.advance(1000)
    expect(startsOf(events)).toEqual(['expired', 'expired'])
    expect(call.value?.status).toBe(200)
  })

  it('is tried again for who waits, for the same reason', async () => {
    const { server, clock, send, events } = await alice({ refreshMargin: 0 })
    clock.sleep(server.lifetime)
    server.onRefresh = trouble
    const call = track(send('/api/me'))
    await clock.advance(500)
    server.onRefresh = undefined
    await clock.advance(5000)
    expect(startsOf(events)).toEqual(['expired', 'expired'])
    expect(call.value?.status).toBe(200)
  })

  it('while the page starts is tried again although nobody waits', async () => {
    const { open, server, clock } = createWorld()
    server.onRefresh = trouble
    const { events } = open()
    await clock.advance(500)
    server.onRefresh = undefined
    await clock.advance(5000)
    expect(startsOf(events)).toEqual(['startup', 'startup'])
  })

  it('ahead of time makes the session stale only at the end of the token', async () => {
    const { server, clock, events } = await alice()
    server.onRefresh = trouble
    const margin = 12_000
    await clock.advance(server.lifetime - margin + 5000)
    expect(typesOf(events)).toContain('refresh-failed')
    expect(typesOf(events)).not.toContain('stale')
    await clock.advance(margin)
    expect(typesOf(events)).toContain('stale')
  })

  it('to answer in time says so to those who could not wait longer', async () => {
    const { server, clock, send } = await alice({ refreshMargin: 0, maxWait: 1000 })
    clock.sleep(server.lifetime)
    server.onRefresh = () => new Promise(() => {})
    const call = track(send('/api/me'))
    await clock.advance(1100)
    expect(String((call.error as Error).message)).toContain('No usable token could be had in time')
  })
})
