import { describe, expect, it } from 'vitest'
import { RefreshUnavailableError } from '../../src/session/errors.ts'
import { createTestSession, type TestSessionState } from '../../src/testing.ts'
import { createApp } from './app.ts'
import { noMore, told } from './arrange.ts'

describe('a test session', () => {
  it('is authenticated unless told otherwise', () => {
    expect(createTestSession().getSnapshot()).toEqual({
      status: 'authenticated',
      stale: false,
      refreshing: false,
      expiresAt: undefined,
      reason: undefined,
      error: undefined,
      coordination: 'full',
    })
  })

  it('shows an app the end of the session before `set` returns', () => {
    const session = createTestSession()
    const app = createApp(session)
    session.set({ status: 'unauthenticated', reason: 'expired' })
    expect(app.banner).toBe('Please sign in again')
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  it.each<[TestSessionState, TestSessionState, object]>([
    [{}, { status: 'unauthenticated', reason: 'replaced' }, { type: 'ended', reason: 'replaced' }],
    [{}, { status: 'unauthenticated' }, { type: 'ended', reason: 'expired' }],
    [{ status: 'loading' }, { status: 'unauthenticated' }, { type: 'ended', reason: 'none' }],
    [{}, { reason: 'signed_out_elsewhere' }, { type: 'ended', reason: 'signed_out_elsewhere' }],
    [{ status: 'loading' }, { status: 'authenticated' }, { type: 'refreshed', reason: 'startup' }],
    [{ reason: 'expired' }, { status: 'authenticated' }, { type: 'signed-in' }],
    [{}, { status: 'loading' }, { type: 'refresh-started', reason: 'startup' }],
    [{}, { refreshing: true }, { type: 'refresh-started', reason: 'requested' }],
    [{ refreshing: true }, { refreshing: false }, { type: 'refreshed', reason: 'requested' }],
    [{}, { stale: true }, { type: 'stale' }],
    [{}, { expiresAt: 5 }, { type: 'refreshed', expiresAt: 5 }],
    [{}, { accessToken: 'other' }, { type: 'refreshed' }],
  ])('that is %o tells of the change %o', (initial, change, event) => {
    const session = createTestSession(initial)
    const events = told(session)
    session.set(change)
    expect(events).toEqual([expect.objectContaining(event)])
  })

  it('tells of a failed refresh with its error and the time of the next attempt', () => {
    const session = createTestSession()
    const events = told(session)
    const error = new RefreshUnavailableError('offline', undefined, 99)
    session.set({ error })
    const failed = { type: 'refresh-failed', reason: 'requested', error, retryAt: 99, waiting: 0 }
    expect(events).toEqual([failed])
    session.set({ refreshing: true })
    expect(events[1]).toMatchObject({ type: 'refresh-started' })
    session.set({ refreshing: false, error: undefined })
    expect(events[2]).toMatchObject({ type: 'refreshed' })
  })

  it('tells of any other error as one that keeps the session', () => {
    const session = createTestSession()
    const events = told(session)
    const error = new Error('no network')
    session.set({ error })
    expect(session.getSnapshot().error).toBe(error)
    expect(events).toEqual([
      expect.objectContaining({
        type: 'refresh-failed',
        error: expect.objectContaining({ code: 'ERR_REFRESH_UNAVAILABLE', cause: error }),
      }),
    ])
  })

  it('tells nothing and keeps its snapshot when nothing changes', () => {
    const session = createTestSession({ stale: true })
    const before = session.getSnapshot()
    const events = told(session)
    session.set({ stale: true, status: 'authenticated', accessToken: 'test-token' })
    expect(events).toEqual([])
    expect(session.getSnapshot()).toBe(before)
  })

  it('gives an immutable snapshot, and another one after a change', () => {
    const session = createTestSession()
    const before = session.getSnapshot()
    session.set({ stale: true })
    expect(before.stale).toBe(false)
    expect(Object.isFrozen(session.getSnapshot())).toBe(true)
    expect(session.getSnapshot()).not.toBe(before)
  })

  it('leaves out what does not go with its status', () => {
    const session = createTestSession({ stale: true, expiresAt: 5, refreshing: true })
    session.set({ status: 'unauthenticated', reason: 'expired' })
    expect(session.getSnapshot()).toMatchObject({ stale: false, expiresAt: undefined, refreshing: false })
    session.set({ status: 'authenticated' })
    expect(session.getSnapshot()).toMatchObject({ reason: undefined, stale: false })
  })

  it('tells the event that the test chooses', () => {
    const session = createTestSession({ reason: 'expired' })
    const events = told(session)
    session.set({ status: 'authenticated' }, { type: 'signed-in', elsewhere: true })
    session.emit({ type: 'refresh-abandoned' })
    expect(events).toEqual([{ type: 'signed-in', elsewhere: true }, { type: 'refresh-abandoned' }])
    expect(events.every(Object.isFrozen)).toBe(true)
  })

  it('lets a listener go, and does not let one disturb the next', async () => {
    const session = createTestSession()
    const unhandled: unknown[] = []
    const listen = (error: unknown) => unhandled.push(error)
    const before = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', listen)
    session.subscribe(() => {
      throw new Error('a bug of the app')
    })
    const events = told(session)
    const stop = session.subscribe(() => events.push({ type: 'stale' }))
    stop()
    session.emit({ type: 'signed-in' })
    await noMore()
    process.removeAllListeners('unhandledRejection')
    for (const listener of before) process.on('unhandledRejection', listener)
    expect(events).toEqual([{ type: 'signed-in' }])
    expect(unhandled).toEqual([new Error('a bug of the app')])
  })

  it.each([
    [{ status: 'signed in' }, 'option "status" must be "loading", "authenticated" or "unauthenticated"'],
    [{ reason: 'bored' }, 'option "reason" must be one of none, expired'],
    [{ stale: 1 }, 'option "stale" must be true or false'],
    [{ accessToken: 'two words' }, 'option "accessToken" must be a token, or null'],
    [{ user: 'Ada' }, 'there is no option "user"'],
  ])('refuses %o', (state, message) => {
    expect(() => createTestSession(state as never)).toThrow(message)
    expect(() => createTestSession().set(state as never)).toThrow(message)
    expect(() => createTestSession(state as never)).toThrow(TypeError)
  })
})
