import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { openTabs, reasons, statuses } from './arrange.ts'

describe('tabs that take turns', () => {
  it('do not push anybody off who is at it, however long the queue', async () => {
    const { server, clock, tabs } = await openTabs(6, { shareToken: false, maxWait: 60_000 })
    // Otherwise they would see that he is at it still, and wait for him all the same.
    server.setsHint = false
    server.refreshDelay = 5000
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(50_000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(6).fill(200))
    expect(server.reuses).toBe(0)
  })

  it('do not push off who is at it when the clock is set in the middle of its call', async () => {
    const { server, clock, tabs } = await openTabs(2)
    server.refreshDelay = 800
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/me'))
    await clock.advance(250)
    clock.setWallClock(3_600_000)
    const call = track(tabs[1]!.send('/api/me'))
    await clock.advance(5000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })

  it('queue anew when their turn is taken away while they wait for the call of a page that is gone', async () => {
    const { server, clock, tabs } = await openTabs(3, { maxWait: 60_000 })
    clock.sleep(server.lifetime)
    server.onRefresh = () => new Promise(() => {})
    track(tabs[0]!.send('/api/me'))
    await clock.advance(250)
    server.onRefresh = undefined
    server.refreshDelay = 7000
    tabs[0]!.tab.close()
    const calls = [tabs[1]!, tabs[2]!].map(({ send }) => track(send('/api/me')))
    await clock.advance(500)
    // For the second in the queue, the first has been at it for a minute.
    clock.sleep(60_000)
    await clock.advance(30_000)
    expect(calls.map(({ value }) => value?.status)).toEqual([200, 200])
    expect(server.reuses).toBe(0)
  })
})

describe('a sign-out', () => {
  it('also reaches a tab that was opened before the server had heard of it', async () => {
    const { server, clock, tabs, openTab } = await openTabs(1)
    server.refreshDelay = 800
    track(tabs[0]!.session.refresh())
    await clock.advance(100)
    track(tabs[0]!.session.signOut())
    await clock.advance(100)
    const late = await openTab()
    await clock.advance(5000)
    expect(server.signOuts).toHaveLength(1)
    expect(statuses([tabs[0]!, late])).toEqual(['unauthenticated', 'unauthenticated'])
  })

  it('that waits for the login call of another tab leaves its session alone', async () => {
    const { server, browser, clock, tabs, login } = await openTabs(2)
    browser.latency = () => 300
    server.delay = 200
    track(tabs[1]!.session.signIn(() => login('bob')))
    await clock.advance(100)
    track(tabs[0]!.session.signOut())
    await clock.advance(100)
    await clock.advance(5000)
    expect(
      server.signOuts.length === 0 || statuses(tabs).every((status) => status === 'unauthenticated'),
    ).toBe(true)
  })

  it('is told to the server again when a login call of another tab has come after it', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    const slowLogin = async () => {
      await new Promise<void>((resolve) => {
        clock.startTimer(resolve, 20_000)
      })
      return login('bob')
    }
    const signIn = track(tabs[1]!.session.signIn(slowLogin))
    await clock.advance(100)
    track(tabs[0]!.session.signOut())
    await clock.advance(60_000)
    expect(signIn.error).toMatchObject({ code: 'ERR_SESSION_ENDED', reason: 'signed_out_elsewhere' })
    expect(server.cookie).toBeUndefined()
    expect(statuses(tabs)).toEqual(['unauthenticated', 'unauthenticated'])
  })
})

describe('a session that is over', () => {
  it('is over in all tabs, also where each of them has a token of its own', async () => {
    const { server, clock, tabs } = await openTabs(3, { shareToken: false })
    server.endSession()
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/me'))
    await clock.advance(1000)
    expect(reasons(tabs)).toEqual(['expired', 'expired', 'expired'])
    expect(server.refreshes).toHaveLength(1)
  })

  it('and found again is so in all tabs, also where tokens are not shared', async () => {
    const { server, clock, tabs, openTab } = await openTabs(2, { shareToken: false })
    server.endSession()
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/me'))
    await clock.advance(1000)
    expect(statuses(tabs)).toEqual(['unauthenticated', 'unauthenticated'])
    server.cookie = 'alice'
    await openTab()
    const call = track(tabs[0]!.send('/api/me'))
    await clock.advance(1000)
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
    expect(call.value?.status).toBe(200)
  })

  it('does not take a login call with it that another tab has begun', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    server.refreshDelay = 800
    server.endSession()
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/me'))
    await clock.advance(250)
    const signIn = track(tabs[1]!.session.signIn(() => login('bob')))
    await clock.advance(5000)
    expect(signIn.state).toBe('resolved')
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
    expect(server.cookie).toBe('bob')
  })
})

describe('a login call that came too late', () => {
  it('because another tab has signed out does not keep its tab from what others find later', async () => {
    const { server, browser, clock, tabs, login, openTab } = await openTabs(2)
    browser.latency = () => 300
    server.delay = 200
    track(tabs[0]!.session.signOut())
    await clock.advance(250)
    track(tabs[1]!.session.signIn(() => login('alice')))
    await clock.advance(5000)
    browser.latency = () => 2
    server.cookie = 'alice'
    await openTab()
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
  })

  it('because another sign-in has replaced it has the cookie checked, for that is its own', async () => {
    const { server, clock, tabs, login } = await openTabs(1)
    server.delay = 200
    const { session } = tabs[0]!
    track(session.signIn(() => login('bob')))
    await clock.advance(100)
    track(session.signIn(() => login('')))
    await clock.advance(5000)
    expect(server.cookie).toBe('bob')
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
  })
})
