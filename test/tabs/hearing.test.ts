import { describe, expect, it } from 'vitest'
import type { SessionOptions } from '../../src/session/options.ts'
import { fetchOf } from '../helpers/fake-tab.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const channel = 'silent-refresh::https://app.test/auth/refresh'
const never = new Promise<never>(() => {})

/** A tab that is told things by hand, as if there were others. */
function listening(options: Partial<SessionOptions> = {}, prepare: (world: World) => void = () => {}) {
  const world = createWorld()
  const { clock, server, browser, tab } = world
  prepare(world)
  const { session, events } = tab.open(options)
  const token = (user: string) => ({
    value: server.issue(user).access_token,
    subject: server.isOpaque ? undefined : user,
    lifetime: server.lifetime,
    age: 0,
    at: clock.now().wall,
    isFresh: false,
  })
  /** What stands in the last message that this tab has sent. */
  const stamp = () =>
    (browser.messages.findLast((message) => (message as { stamp?: object }).stamp) as { stamp: Stamp }).stamp
  return {
    ...world,
    session,
    events,
    send: fetchOf({ session, events }),
    token,
    stamp,
    /** Other tabs say how the session stands. */
    tell: (news: object) => tab.hear(channel, { type: 'session', ...news }),
    types: () => events.map(({ type }) => type),
  }
}

type World = ReturnType<typeof createWorld>

interface Stamp {
  readonly turn: number
  readonly login: string
  readonly gen: number
}

/** A sign-in or sign-out later than any that the clocks of these tests know. */
const later = (by = 0): Stamp => ({ turn: 3e15 + by, login: 'theirs', gen: 0 })

async function signedIn(options?: Partial<SessionOptions>, prepare?: (world: World) => void) {
  const arranged = listening(options, prepare)
  await arranged.clock.advance(1000)
  arranged.events.length = 0
  arranged.server.refreshes.length = 0
  return arranged
}

async function signedOut(options?: Partial<SessionOptions>) {
  const arranged = await signedIn(options, ({ server }) => {
    server.cookie = undefined
  })
  expect(arranged.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
  arranged.browser.messages.length = 0
  return arranged
}

describe('a tab in which nobody is signed in', () => {
  it('has nothing to tell when somebody signs out elsewhere, but knows what is older than that', async () => {
    const { session, clock, tell, token, events, browser } = await signedOut()
    tell({ stamp: later(9), end: 'signed_out' })
    tell({ stamp: later(5), token: token('alice') })
    await clock.advance(1000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
    expect(events).toEqual([])
    expect(browser.messages).toEqual([])
  })

  it('comes to a session of which others say that it goes on, though not to what it had before', async () => {
    const { session, server, clock, tell, token, stamp, send, types } = await signedIn()
    server.cookie = undefined
    await clock.advance(server.lifetime + 1000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
    const known = stamp()
    tell({ stamp: known, token: token('alice') })
    await clock.advance(10)
    expect(session.getSnapshot().status).toBe('unauthenticated')
    tell({ stamp: { ...known, gen: known.gen + 1 }, token: token('alice') })
    await clock.advance(10)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', reason: undefined })
    expect(types().at(-1)).toBe('adopted')
    const call = track(send('/api/me'))
    await clock.advance(100)
    expect(call.value?.status).toBe(200)
  })

  it('is signed in with those who sign in elsewhere, and asks for a token where none is shared', async () => {
    const { session, server, clock, tell, send, types, browser } = await signedOut()
    server.cookie = 'bob'
    tell({ stamp: later() })
    await clock.advance(0)
    expect(session.getSnapshot()).toMatchObject({
      status: 'authenticated',
      reason: undefined,
      error: undefined,
    })
    expect(types()).toContain('signed-in')
    expect(browser.messages).toEqual([])
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
  })

  it('stays so when others find nobody either', async () => {
    const { session, clock, tell, events } = await signedOut()
    const before = session.getSnapshot()
    tell({ stamp: { turn: 0, login: '', gen: 9 }, end: 'none' })
    tell({ stamp: { turn: 0, login: '', gen: 9 }, end: 'expired' })
    await clock.advance(1000)
    expect(session.getSnapshot()).toBe(before)
    expect(events).toEqual([])
  })
})

describe('a tab that is only starting', () => {
  const starting = () =>
    listening({}, ({ server }) => {
      server.onRefresh = () => never
    })

  it('believes the others that nobody is signed in, and sends its requests as they are', async () => {
    const { session, server, clock, tell, send, events, browser } = starting()
    const call = track(send('/public/news'))
    await clock.advance(100)
    tell({ stamp: { turn: 0, login: '', gen: 1 }, end: 'none' })
    await clock.advance(100)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
    expect(events).toContainEqual({ type: 'ended', reason: 'none' })
    expect(call.value?.status).toBe(200)
    expect(server.hits[0]?.authorization).toBeNull()
    expect(JSON.stringify(browser.messages)).not.toContain('"end":"none"')
  })

  it('sends what waits with the token of whoever signs in elsewhere', async () => {
    const { session, clock, tell, token, send, types, browser } = starting()
    const call = track(send('/api/me'))
    await clock.advance(100)
    browser.messages.length = 0
    tell({ stamp: later(), token: token('bob') })
    await clock.advance(100)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
    expect(session.getSnapshot().status).toBe('authenticated')
    expect(types()).toEqual(['refresh-started', 'adopted'])
    expect(browser.messages).toEqual([])
  })

  it('goes on finding out when somebody signs in elsewhere and tokens are not shared', async () => {
    const { session, server, clock, tell, send, types } = starting()
    const call = track(send('/api/me'))
    await clock.advance(100)
    server.onRefresh = undefined
    server.cookie = 'bob'
    tell({ stamp: later() })
    expect(session.getSnapshot().status).toBe('loading')
    tell({ stamp: later(-1), end: 'signed_out' })
    await clock.advance(10_000)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
    expect(types()).not.toContain('signed-in')
  })
})

describe('a tab with a session', () => {
  it('goes over to the new user when another has signed in under the same login', async () => {
    const { session, clock, tell, token, stamp, send, events } = await signedIn()
    const known = stamp()
    const first = track(send('/api/me'))
    await clock.advance(100)
    expect(await first.value?.json()).toMatchObject({ user: 'alice' })
    tell({ stamp: { ...known, gen: known.gen + 1 }, token: token('bob') })
    await clock.advance(0)
    expect(events).toEqual([{ type: 'signed-in', elsewhere: true }])
    const second = track(send('/api/me'))
    await clock.advance(100)
    expect(await second.value?.json()).toMatchObject({ user: 'bob' })
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('takes over a newer token of the same login that does not say whose it is', async () => {
    const { clock, server, tell, token, stamp, send, types } = await signedIn({}, ({ server }) => {
      server.isOpaque = true
    })
    const known = stamp()
    tell({ stamp: { ...known, gen: known.gen + 1 }, token: token('alice') })
    await clock.advance(0)
    expect(types()).toEqual(['adopted'])
    const call = track(send('/api/me'))
    await clock.advance(100)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(0)
  })

  it('takes one over that does not say whose it is for one of its own user', async () => {
    const { clock, tell, token, stamp, types } = await signedIn()
    const known = stamp()
    tell({ stamp: { ...known, gen: known.gen + 1 }, token: { ...token('alice'), subject: undefined } })
    await clock.advance(0)
    expect(types()).toEqual(['adopted'])
  })

  it('does not take it over while the cookie may be that of somebody else', async () => {
    const { clock, server, tab, tell, token, stamp, types } = await signedIn({}, ({ server }) => {
      server.isOpaque = true
      server.setsHint = true
    })
    const known = stamp()
    tab.cache()
    await clock.advance(10)
    // Somebody signs in by other means.
    server.cookie = 'bob'
    server.onRefresh = () => never
    tab.restore()
    await clock.advance(100)
    expect(types()).toEqual(['refresh-started'])
    tell({ stamp: { ...known, gen: known.gen + 1 }, token: token('alice') })
    await clock.advance(100)
    expect(types()).not.toContain('adopted')
  })

  it('hands on no token while the cookie may be that of somebody else', async () => {
    const { session, clock, server, browser, tab, types } = await signedIn()
    const answers = async () => {
      browser.messages.length = 0
      tab.hear(channel, { type: 'hello' })
      await clock.advance(100)
      return browser.messages.length
    }
    expect(await answers()).toBe(1)
    track(session.refresh())
    await clock.advance(10)
    track(session.signIn(server.issue('bob')))
    server.onRefresh = () => never
    await clock.advance(100)
    expect(types()).toEqual(['refresh-started', 'refresh-abandoned', 'signed-in', 'refresh-started'])
    expect(await answers()).toBe(0)
  })

  it('hears at the end of a login call that has failed what others have told meanwhile', async () => {
    const { session, clock, tell, token, send, types, browser } = await signedIn()
    let fail = (_: Error) => {}
    const signIn = track(
      session.signIn(
        () =>
          new Promise<never>((_, reject) => {
            fail = reject
          }),
      ),
    )
    await clock.advance(100)
    browser.messages.length = 0
    tell({ stamp: later(), token: token('bob') })
    await clock.advance(100)
    expect(types()).toEqual([])
    fail(new Error('wrong password'))
    await clock.advance(100)
    expect(signIn.error).toMatchObject({ message: 'wrong password' })
    expect(types()).toEqual(['signed-in'])
    expect(browser.messages).toEqual([])
    const call = track(send('/api/me'))
    await clock.advance(100)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
  })

  it('puts two sign-ins of the same moment in the same order as every other tab', async () => {
    const { clock, tell, token, stamp, send } = await signedIn()
    const { turn, login } = stamp()
    tell({ stamp: { turn, login: `${login}z`, gen: 0 }, token: token('bob') })
    tell({ stamp: { turn, login: `${login}a`, gen: 9 }, token: token('alice') })
    await clock.advance(0)
    const call = track(send('/api/me'))
    await clock.advance(100)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
  })

  it('does not tell on what it was told', async () => {
    const { clock, tell, token, stamp, browser } = await signedIn()
    const known = stamp()
    browser.messages.length = 0
    tell({ stamp: { ...known, gen: known.gen + 1 }, token: token('alice') })
    tell({ stamp: later(), token: token('bob') })
    tell({ stamp: later(), end: 'expired' })
    await clock.advance(1000)
    expect(browser.messages).toEqual([])
  })
})
