import { describe, expect, it } from 'vitest'
import type { SessionEvent } from '../../src/session/events.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { alice } from './arrange.ts'

/** Alice's token has expired, and a refresh would succeed. */
async function expired() {
  const arranged = await alice()
  arranged.page.isVisible = false
  arranged.clock.sleep(arranged.server.lifetime)
  return arranged
}

const types = (events: SessionEvent[]) => events.map(({ type }) => type)

describe('a listener that throws', () => {
  it('is reported, and disturbs neither the requests nor the other listeners', async () => {
    const { server, clock, session, reported, send } = await expired()
    const error = new Error('from the listener')
    const events: SessionEvent[] = []
    session.subscribe(() => {
      throw error
    })
    session.subscribe((event) => events.push(event))
    const calls = [track(send('/api/1')), track(send('/api/2'))]
    await clock.advance(server.refreshDelay + server.delay)
    expect(calls.map(({ value }) => value?.status)).toEqual([200, 200])
    expect(types(events)).toEqual(['refresh-started', 'refreshed'])
    expect(reported).toEqual([error, error])
  })

  it('is told of the next event all the same', async () => {
    const { clock, session, reported } = await expired()
    const seen: string[] = []
    session.subscribe(({ type }) => {
      seen.push(type)
      throw type
    })
    track(session.signOut())
    await clock.advance(0)
    track(session.refresh())
    await clock.advance(1000)
    expect(reported).toEqual(seen)
    expect(seen[0]).toBe('ended')
    expect(seen.length).toBeGreaterThan(1)
  })

  it('does not let a sign-in or sign-out fail', async () => {
    const { server, clock, session } = await alice()
    session.subscribe(() => {
      throw new Error('from the listener')
    })
    const calls = [track(session.signIn(server.issue('bob')))]
    await clock.advance(100)
    const signOut = track(session.signOut())
    await clock.advance(100)
    expect([...calls, signOut].map(({ state }) => state)).toEqual(['resolved', 'resolved'])
  })
})

describe('a listener that takes its time', () => {
  it('delays no request', async () => {
    const { server, clock, session, send } = await expired()
    session.subscribe(() => new Promise<void>(() => {}))
    const call = track(send('/api/me'))
    await clock.advance(server.refreshDelay + server.delay)
    expect(call.value?.status).toBe(200)
  })

  it.each([
    ['waits for a refresh', 'refresh', 3],
    ['waits for the token', 'getAccessToken', 2],
  ] as const)('because it %s inside delays no request either', async (_, method, count) => {
    const { server, clock, session, send } = await expired()
    const inside: (string | null)[] = []
    let left = count
    session.subscribe(async () => {
      if (left-- > 0) inside.push(await session[method]())
    })
    const call = track(send('/api/me'))
    await clock.advance(server.refreshDelay + server.delay)
    expect(call.value?.status).toBe(200)
    await clock.advance(1000)
    expect(inside).toHaveLength(count)
    expect(inside.every((token) => token?.startsWith('ey'))).toBe(true)
  })
})

describe('a listener that acts on the session', () => {
  it('finds the snapshot that belongs to the event', async () => {
    const { clock, session, send } = await expired()
    const seen: unknown[] = []
    session.subscribe(({ type }) => {
      const { status, refreshing } = session.getSnapshot()
      seen.push([type, status, refreshing])
    })
    track(send('/api/me'))
    await clock.advance(1000)
    expect(seen).toEqual([
      ['refresh-started', 'authenticated', true],
      ['refreshed', 'authenticated', false],
    ])
  })

  it('may sign out as soon as a refresh has failed', async () => {
    const { server, clock, session, events, send } = await expired()
    server.onRefresh = () => json({}, { status: 503 })
    session.subscribe(({ type }) => {
      if (type === 'refresh-failed') track(session.signOut())
    })
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call).toMatchObject({ state: 'rejected', error: { reason: 'signed_out' } })
    expect(types(events)).toEqual(['refresh-started', 'refresh-failed', 'stale', 'ended'])
    expect(server.signOuts).toHaveLength(1)
  })

  it('may sign in as soon as the session is over', async () => {
    const { server, clock, session, events, send } = await alice()
    session.subscribe((event) => {
      if (event.type === 'ended' && event.reason === 'signed_out') session.signIn(server.issue('bob'))
    })
    track(session.signOut())
    await clock.advance(0)
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
    expect(types(events).slice(0, 2)).toEqual(['ended', 'signed-in'])
  })

  it('may dispose of it in the middle of the news', async () => {
    const { clock, session, send } = await expired()
    const seen: string[] = []
    session.subscribe(({ type }) => {
      if (type === 'refresh-started') session.dispose()
    })
    session.subscribe(({ type }) => seen.push(type))
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call).toMatchObject({ state: 'rejected', error: { reason: 'disposed' } })
    expect(seen).toEqual(['refresh-started', 'ended'])
  })

  it('may send requests', async () => {
    const { server, clock, session, send } = await expired()
    const inside: { value: Response | undefined }[] = []
    session.subscribe(({ type }) => {
      inside.push(track(send(`/api/${type}`)))
    })
    const call = track(send('/api/me'))
    await clock.advance(server.refreshDelay + server.delay)
    expect([call, ...inside].map(({ value }) => value?.status)).toEqual([200, 200, 200])
    expect(server.refreshes).toHaveLength(1)
  })
})

describe('a subscription', () => {
  it('ends with its undo, which may be called twice', async () => {
    const { clock, session } = await alice()
    const seen: string[] = []
    const undo = session.subscribe(({ type }) => seen.push(type))
    track(session.refresh())
    await clock.advance(0)
    undo()
    undo()
    await clock.advance(1000)
    expect(seen).toEqual(['refresh-started'])
  })

  it('may be ended by its own listener, and the others are told', async () => {
    const { clock, session } = await alice()
    const seen: string[] = []
    const undo = session.subscribe(() => {
      seen.push('once')
      undo()
    })
    session.subscribe(({ type }) => seen.push(type))
    track(session.refresh())
    await clock.advance(1000)
    expect(seen).toEqual(['once', 'refresh-started', 'refreshed'])
  })

  it('of the same function twice counts twice, and ends one at a time', async () => {
    const { clock, session } = await alice()
    const seen: string[] = []
    const listener = ({ type }: SessionEvent) => seen.push(type)
    const undo = session.subscribe(listener)
    const undoOther = session.subscribe(listener)
    track(session.refresh())
    await clock.advance(0)
    undo()
    await clock.advance(1000)
    undoOther()
    track(session.signOut())
    await clock.advance(1000)
    expect(seen).toEqual(['refresh-started', 'refresh-started', 'refreshed'])
  })

  it('tells nothing that was before it', async () => {
    const { clock, session } = await alice()
    track(session.refresh())
    await clock.advance(1000)
    const seen: string[] = []
    session.subscribe(({ type }) => seen.push(type))
    await clock.advance(1000)
    expect(seen).toEqual([])
  })

  it('calls no listener while a method of the session is still at work', async () => {
    const { server, clock, session } = await alice()
    let isInside = false
    const wasInside: boolean[] = []
    session.subscribe(() => wasInside.push(isInside))
    isInside = true
    track(session.signIn(server.issue('bob')))
    track(session.signOut())
    session.dispose()
    isInside = false
    await clock.advance(1000)
    expect(wasInside).toEqual([false, false, false])
  })
})
