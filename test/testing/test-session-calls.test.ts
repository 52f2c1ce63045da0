import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/index.ts'
import { createTestSession } from '../../src/testing.ts'
import { track } from '../helpers/track.ts'
import { createApp } from './app.ts'
import { createTransport, noMore, told } from './arrange.ts'

describe('what the app asks of a test session', () => {
  it('is counted', async () => {
    const session = createTestSession()
    await session.signIn('token')
    await session.getAccessToken()
    await session.getAccessToken({ minTtl: 5 })
    await session.refresh()
    await session.signOut()
    expect(session.calls).toEqual({ signIn: 1, signOut: 1, refresh: 1, getAccessToken: 2 })
  })

  it('is to run the login call, and to be authenticated with its token', async () => {
    const session = createTestSession({ reason: 'signed_out' })
    const events = told(session)
    const answer = await session.signIn(async () => ({ access_token: 'of-the-login', name: 'Ada' }))
    expect(answer.name).toBe('Ada')
    expect(session.getSnapshot().status).toBe('authenticated')
    expect(await session.getAccessToken()).toBe('of-the-login')
    expect(events).toEqual([{ type: 'signed-in' }])
  })

  it('is to be authenticated with the usual token if the login call says nothing about one', async () => {
    const session = createTestSession({ reason: 'signed_out' })
    await session.signIn(() => ({ name: 'Ada' }))
    expect(await session.getAccessToken()).toBe('test-token')
  })

  it('is to pass on the error of a login call and to stay what it was', async () => {
    const session = createTestSession({ reason: 'signed_out' })
    const login = session.signIn(() => Promise.reject(new Error('wrong password')))
    await expect(login).rejects.toThrow('wrong password')
    expect(session.getSnapshot().reason).toBe('signed_out')
  })

  it('is to let the login call use any client while nothing is known', async () => {
    const session = createTestSession({ status: 'loading' })
    const { fetch, sent } = createTransport()
    await session.signIn(() => createFetch(session, { fetch })('/auth/login'))
    expect(sent).toEqual([null])
  })

  it('is to be signed out', async () => {
    const session = createTestSession()
    const app = createApp(session)
    await session.signOut()
    expect(app.banner).toBe('Goodbye')
    expect(await session.getAccessToken()).toBeNull()
    expect(await session.refresh()).toBeNull()
  })

  it('is answered once the test decides: a token, the refresh, and whether it is ready', async () => {
    const session = createTestSession({ status: 'loading' })
    const all = [track<unknown>(session.getAccessToken()), track(session.refresh()), track(session.ready())]
    await noMore()
    expect(all.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
    session.set({ status: 'authenticated' })
    await noMore()
    expect(all.map(({ value }) => value)).toEqual(['test-token', 'test-token', undefined])
    expect(all.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved'])
  })

  it('is to wait for a token until its signal is aborted', async () => {
    const session = createTestSession({ stale: true })
    const controller = new AbortController()
    const token = session.getAccessToken({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(token).rejects.toThrow('enough')
  })

  it('is answered with nothing if the session ends', async () => {
    const session = createTestSession({ stale: true })
    const all = [session.getAccessToken(), session.refresh()]
    session.set({ reason: 'expired' })
    expect(await Promise.all(all)).toEqual([null, null])
  })

  it('is to be ready once for each time that nothing is known', async () => {
    const session = createTestSession({ status: 'loading' })
    const before = session.ready()
    expect(session.ready()).toBe(before)
    session.set({ status: 'authenticated' })
    await before
    session.set({ stale: true })
    expect(session.ready()).toBe(before)
    session.set({ status: 'loading' })
    const again = track(session.ready())
    await noMore()
    expect(again.state).toBe('pending')
    session.set({ error: new Error('offline') })
    await noMore()
    expect(again.state).toBe('resolved')
  })

  it('is to let requests wait again after a login call has failed', async () => {
    const session = createTestSession({ status: 'loading' })
    await session.signIn(() => Promise.reject(new Error('wrong password'))).catch(() => {})
    const { fetch, sent } = createTransport()
    track(createFetch(session, { fetch })('/api/users'))
    await noMore()
    expect(sent).toEqual([])
  })

  it('is to be ready from the start if it is known how it stands', async () => {
    await createTestSession().ready()
    await createTestSession({ status: 'loading', error: new Error('offline') }).ready()
  })
})
