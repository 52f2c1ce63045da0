import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'
import { openTabs, reasons, statuses, typesOf } from './arrange.ts'

describe('a page in the back/forward cache', () => {
  it('holds no lock, no channel and no place in a queue', async () => {
    const { server, browser, clock, tabs } = await openTabs(3)
    server.refreshDelay = 5000
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(100)
    tabs[0]!.tab.cache()
    tabs[1]!.tab.cache()
    await clock.advance(1)
    expect(tabs.map(({ tab }) => tab.channels)).toEqual([0, 0, 1])
    server.refreshDelay = 50
    await clock.advance(10_000)
    expect(calls[2]!.value?.status).toBe(200)
    expect(browser.locks.size).toBe(0)
    expect(server.reuses).toBe(0)
  })

  it('that held the lock lets the next one go ahead at once', async () => {
    const { server, browser, clock, tabs } = await openTabs(3)
    server.refreshDelay = 5000
    clock.sleep(server.lifetime)
    for (const { send } of tabs) track(send('/api/me'))
    await clock.advance(100)
    const before = browser.locks.holderOf('silent-refresh::https://app.test/auth/refresh')
    tabs[0]!.tab.cache()
    await clock.advance(1)
    const after = browser.locks.holderOf('silent-refresh::https://app.test/auth/refresh')
    expect([before === tabs[0]!.tab, after === tabs[1]!.tab]).toEqual([true, true])
  })

  it('that is brought back goes on as it was when nothing has happened', async () => {
    const { server, clock, tabs } = await openTabs(2)
    const [{ tab, session, send }] = [tabs[0]!]
    const before = session.getSnapshot()
    tab.cache()
    await clock.advance(10_000)
    tab.restore()
    const call = track(send('/api/me'))
    await clock.advance(100)
    expect(call.value?.status).toBe(200)
    expect(session.getSnapshot()).toBe(before)
    expect(server.refreshes).toHaveLength(0)
  })

  it('that is brought back hears at once that somebody has signed out meanwhile', async () => {
    const { clock, tabs } = await openTabs(2)
    tabs[0]!.tab.cache()
    track(tabs[1]!.session.signOut())
    await clock.advance(1000)
    tabs[0]!.tab.restore()
    expect(statuses(tabs)).toEqual(['unauthenticated', 'unauthenticated'])
    expect(reasons(tabs)[0]).toBe('signed_out_elsewhere')
  })

  it('that is brought back sends nothing for the user of before', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    tabs[0]!.tab.cache()
    track(tabs[1]!.session.signIn(() => login('bob')))
    await clock.advance(1000)
    tabs[0]!.tab.restore()
    const call = track(tabs[0]!.send('/api/me'))
    await clock.advance(1000)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
    expect(server.refreshes).toHaveLength(0)
  })

  it('that is brought back asks the server when the cookie has changed and no tab of ours has said why', async () => {
    const { server, clock, tabs } = await openTabs(1)
    const [{ tab, session, send }] = [tabs[0]!]
    tab.cache()
    await clock.advance(1)
    // Signed out by a link of the server's own pages.
    server.cookie = undefined
    tab.restore()
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call).toMatchObject({ state: 'rejected', error: { reason: 'expired' } })
    expect(session.getSnapshot().status).toBe('unauthenticated')
    expect(server.hits).toHaveLength(0)
  })

  it('that is brought back asks it at once, whoever sends a request or not', async () => {
    const { server, clock, tabs } = await openTabs(1)
    const { tab, events, session } = tabs[0]!
    tab.cache()
    await clock.advance(1)
    server.cookie = 'alice'
    tab.restore()
    await clock.advance(1000)
    expect(events).toMatchObject([{ type: 'refresh-started', reason: 'verify' }, { type: 'refreshed' }])
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', refreshing: false })
  })

  it('that is brought back does not ask when another tab has refreshed meanwhile', async () => {
    const { server, clock, tabs } = await openTabs(2)
    const { tab, send, events } = tabs[0]!
    tab.cache()
    await clock.advance(1)
    track(tabs[1]!.session.refresh())
    await clock.advance(1000)
    server.refreshes.length = 0
    tab.restore()
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(0)
    expect(events.map(({ type }) => type)).toEqual(['adopted'])
  })

  it('that is brought back asks where nothing can tell what has happened meanwhile', async () => {
    const { server, clock, newTab } = createWorld()
    const tab = newTab()
    Object.assign(tab.environment, { storage: undefined })
    const { events } = tab.open()
    await clock.advance(1000)
    server.refreshes.length = 0
    events.length = 0
    tab.cache()
    await clock.advance(1)
    tab.restore()
    await clock.advance(1000)
    expect(events).toMatchObject([{ type: 'refresh-started', reason: 'verify' }, { type: 'refreshed' }])
  })

  it('does not come back by word that it is out of sight', async () => {
    const { clock, tabs } = await openTabs(2)
    const { tab } = tabs[0]!
    tab.cache()
    tab.page.send('hide')
    await clock.advance(10)
    expect(tab.channels).toBe(0)
  })

  it('that waited for its turn goes on waiting when it is brought back', async () => {
    const { server, clock, tabs } = await openTabs(2)
    server.refreshDelay = 800
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/me'))
    await clock.advance(100)
    const call = track(tabs[1]!.send('/api/me'))
    await clock.advance(100)
    tabs[1]!.tab.cache()
    await clock.advance(3000)
    tabs[1]!.tab.restore()
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
  })

  it('that is brought back at once waits for the cookie of its own refresh before it makes another', async () => {
    const { server, clock, tabs } = await openTabs(1)
    server.refreshDelay = 3000
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/1'))
    await clock.advance(100)
    tabs[0]!.tab.cache()
    await clock.advance(1)
    tabs[0]!.tab.restore()
    const call = track(tabs[0]!.send('/api/2'))
    await clock.advance(10_000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })

  it('waits for it too when the wall clock has been set back meanwhile', async () => {
    const { server, clock, tabs } = await openTabs(1)
    server.refreshDelay = 2000
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/1'))
    await clock.advance(100)
    tabs[0]!.tab.cache()
    clock.setWallClock(-3_600_000)
    await clock.advance(1)
    tabs[0]!.tab.restore()
    const call = track(tabs[0]!.send('/api/2'))
    await clock.advance(10_000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })

  it('leaves word of its refresh, although a login call that had to wait has been made out of turn', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    server.refreshDelay = 3000
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/1'))
    await clock.advance(100)
    track(tabs[0]!.session.signIn(() => login('')))
    await clock.advance(10)
    tabs[0]!.tab.page.send('leave')
    await clock.advance(100)
    tabs[0]!.tab.crash()
    const call = track(tabs[1]!.send('/api/2'))
    await clock.advance(10_000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })

  it('whose refresh was under way is brought back to the token that others have got since', async () => {
    const { server, clock, tabs } = await openTabs(2)
    server.refreshDelay = 800
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(100)
    tabs[0]!.tab.cache()
    await clock.advance(3000)
    expect(calls[1]!.value?.status).toBe(200)
    tabs[0]!.tab.restore()
    await clock.advance(1000)
    expect(calls[0]!.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
    expect(typesOf(tabs[0]!)).not.toContain('ended')
  })
})

describe('a page that is left', () => {
  it('is no longer counted among those who could have a token', async () => {
    const { server, clock, tabs, newTab } = await openTabs(1)
    tabs[0]!.tab.close()
    newTab().open()
    await clock.advance(1)
    expect(server.refreshes).toHaveLength(1)
  })

  it('says that it has given up the refresh under way', async () => {
    const { clock, tabs } = await openTabs(1)
    const { tab, session, events } = tabs[0]!
    track(session.refresh())
    await clock.advance(10)
    expect(session.getSnapshot().refreshing).toBe(true)
    tab.page.send('leave')
    await clock.advance(0)
    expect(session.getSnapshot().refreshing).toBe(false)
    expect(events).toEqual([{ type: 'refresh-started', reason: 'requested' }, { type: 'refresh-abandoned' }])
  })

  it('has nothing to say where no refresh was under way', async () => {
    const { clock, tabs } = await openTabs(1)
    tabs[0]!.tab.page.send('leave')
    await clock.advance(0)
    expect(tabs[0]!.events).toEqual([])
  })

  it('begins no refresh any more; one that was wanted is made when it comes back', async () => {
    const { server, clock, tabs } = await openTabs(1)
    clock.sleep(server.lifetime)
    tabs[0]!.tab.page.send('leave')
    const call = track(tabs[0]!.send('/api/me'))
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(0)
    tabs[0]!.tab.page.send('restore')
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
  })

  it('in the same breath as a sign-out tells the server, although its turn has not come', async () => {
    const { newTab, server, clock } = createWorld()
    const tab = newTab()
    const { session } = tab.open()
    await clock.advance(500)
    // The browser has no time left to answer.
    Object.assign(tab.environment.locks ?? {}, { request: () => new Promise(() => {}) })
    session.signOut().catch(() => {})
    tab.close()
    await clock.advance(100)
    expect(server.signOuts.map(({ init }) => init.keepalive)).toEqual([true])
    expect(server.cookie).toBeUndefined()
  })

  it('lets go of a lock that is granted to it too late', async () => {
    const { tabs, browser, clock } = await openTabs(2)
    const { request } = tabs[0]!.tab.environment.locks!
    Object.assign(tabs[0]!.tab.environment.locks!, {
      request: (...asked: Parameters<typeof request>) =>
        new Promise((resolve) => clock.startTimer(() => resolve(request(...asked)), 50)),
    })
    tabs[0]!.session.signOut().catch(() => {})
    tabs[0]!.tab.page.send('leave')
    await clock.advance(200)
    expect(browser.locks.size).toBe(0)
  })

  it('without a word is asked in vain once, and then no more', async () => {
    const { server, clock, tabs, newTab } = await openTabs(1)
    tabs[0]!.tab.crash()
    const next = newTab()
    next.open()
    await clock.advance(199)
    expect(server.refreshes).toHaveLength(0)
    await clock.advance(1)
    expect(server.refreshes).toHaveLength(1)
    await clock.advance(100)
    next.close()
    newTab().open()
    await clock.advance(1)
    expect(server.refreshes).toHaveLength(2)
  })
})

describe('a session that is disposed of before its refresh has left', () => {
  it('keeps nobody waiting for it', async () => {
    const { server, clock, tabs, newTab } = await openTabs(1)
    // It is asked for its token, and says nothing.
    tabs[0]!.tab.freeze()
    const tab = newTab()
    const first = tab.open()
    await clock.advance(50)
    first.session.dispose()
    const second = tab.open()
    await clock.advance(600)
    expect(server.refreshes).toHaveLength(1)
    expect(second.session.getSnapshot().status).toBe('authenticated')
  })
})

describe('what tabs write down about each other', () => {
  const placesOf = (world: { browser: { stored: Map<string, string> } }) =>
    [...world.browser.stored.keys()].filter((key) => key.includes(':tab:'))

  it('does not grow with the tabs that have crashed, although another is there all the time', async () => {
    const world = await openTabs(1)
    for (let killed = 0; killed < 5; killed++) (await world.openTab()).tab.crash()
    await world.openTab()
    expect(placesOf(world)).toHaveLength(2)
  })

  it('does not grow with the tabs that have crashed, although each finds the token of the last one expired', async () => {
    const world = await openTabs(1)
    world.tabs[0]!.tab.crash()
    for (let killed = 0; killed < 5; killed++) {
      await world.clock.advance(world.server.lifetime)
      ;(await world.openTab()).tab.crash()
    }
    await world.clock.advance(world.server.lifetime)
    await world.openTab()
    expect(placesOf(world)).toHaveLength(1)
  })

  it('does not leave out one that had no token to give when it was asked, and has one now', async () => {
    const { newTab, server, clock } = createWorld()
    const [crashing, asking, asked] = [newTab(), newTab(), newTab()]
    for (const tab of [crashing, asking, asked]) tab.open()
    await clock.advance(10)
    crashing.crash()
    await clock.advance(5000)
    asking.close()
    const { length } = server.refreshes
    newTab().open()
    await clock.advance(500)
    expect(server.refreshes).toHaveLength(length)
  })
})

describe('hidden tabs', () => {
  it('make no refresh ahead of expiry, and need none after the visible one has made it', async () => {
    const { server, clock, tabs } = await openTabs(5)
    for (const { tab } of tabs.slice(1)) {
      tab.page.isVisible = false
      tab.page.send('hide')
    }
    await clock.advance(55_000)
    expect(server.refreshes).toHaveLength(1)
    const expiries = tabs.map(({ session }) => session.getSnapshot().expiresAt ?? 0)
    for (const expiry of expiries) expect(Math.abs(expiry - expiries[0]!)).toBeLessThan(10)
  })

  it('make one in all when they are looked at after a night', async () => {
    const { server, clock, tabs } = await openTabs(5)
    for (const { tab } of tabs) {
      tab.page.isVisible = false
      tab.page.send('hide')
    }
    clock.sleep(8 * 3_600_000)
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(0)
    for (const { tab } of tabs) {
      tab.page.isVisible = true
      tab.page.send('wake')
    }
    await clock.advance(2000)
    expect(server.refreshes).toHaveLength(1)
    expect(statuses(tabs)).toEqual(Array(5).fill('authenticated'))
  })
})

describe('an anonymous visitor', () => {
  it('whose backend always sets the readable cookie costs no refresh call', async () => {
    const { server, clock, newTab, openTab } = await openTabs(0)
    server.cookie = undefined
    const visitor = await openTab(newTab(), { hintCookie: 'sr_hint' })
    const call = track(visitor.send('/public'))
    await clock.advance(120_000)
    expect(call.value?.status).toBe(200)
    expect(visitor.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
    expect(server.refreshes).toHaveLength(0)
  })

  it('is signed in as soon as another tab signs in', async () => {
    const { server, clock, newTab, openTab, login } = await openTabs(0)
    server.cookie = undefined
    const visitors = [
      await openTab(newTab(), { hintCookie: 'sr_hint' }),
      await openTab(newTab(), { hintCookie: 'sr_hint' }),
    ]
    track(visitors[0]!.session.signIn(() => login('alice')))
    await clock.advance(100)
    expect(statuses(visitors)).toEqual(['authenticated', 'authenticated'])
    expect(server.refreshes).toHaveLength(0)
  })

  it('is not presumed where the cookie is there', async () => {
    const { server, openTab, newTab } = await openTabs(0)
    const tab = await openTab(newTab(), { hintCookie: 'sr_hint' })
    expect(tab.session.getSnapshot().status).toBe('authenticated')
    expect(server.refreshes).toHaveLength(1)
  })
})
