import { describe, expect, it } from 'vitest'
import { fetchOf } from '../helpers/fake-tab.ts'
import { track } from '../helpers/track.ts'
import { openTabs, reasons, statuses, typesOf } from './arrange.ts'

const ended = (reason: string) => ({ state: 'rejected', error: { code: 'ERR_SESSION_ENDED', reason } })

describe('a sign-out in one tab', () => {
  it('reaches every tab at once, each with one event', async () => {
    const { server, clock, tabs } = await openTabs(4)
    track(tabs[0]!.session.signOut())
    await clock.advance(5)
    expect(statuses(tabs)).toEqual(Array(4).fill('unauthenticated'))
    expect(reasons(tabs)).toEqual(['signed_out', ...Array(3).fill('signed_out_elsewhere')])
    await clock.advance(120_000)
    expect(tabs.map(typesOf)).toEqual(Array(4).fill(['ended']))
    expect([server.signOuts.length, server.refreshes.length, server.cookie]).toEqual([1, 0, undefined])
  })

  it('turns away what waits for a refresh in the others', async () => {
    const { server, clock, tabs } = await openTabs(3)
    server.refreshDelay = 800
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(100)
    track(tabs[1]!.session.signOut())
    await clock.advance(5)
    expect(calls).toMatchObject([
      ended('signed_out_elsewhere'),
      ended('signed_out'),
      ended('signed_out_elsewhere'),
    ])
    await clock.advance(60_000)
    expect(server.hits).toHaveLength(0)
  })

  it('is told to the server after the refresh of another tab, so that no cookie is left', async () => {
    const { server, clock, tabs } = await openTabs(2)
    server.refreshDelay = 800
    track(tabs[0]!.session.refresh())
    await clock.advance(100)
    const signOut = track(tabs[1]!.session.signOut())
    await clock.advance(600)
    expect(server.signOuts).toHaveLength(0)
    await clock.advance(1000)
    expect(signOut.state).toBe('resolved')
    expect([server.signOuts.length, server.cookie]).toEqual([1, undefined])
    expect(statuses(tabs)).toEqual(['unauthenticated', 'unauthenticated'])
    expect(typesOf(tabs[0]!)).toEqual(['refresh-started', 'ended'])
  })

  it('drops a login call that is under way in another', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    server.delay = 500
    const signIn = track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(100)
    track(tabs[1]!.session.signOut())
    await clock.advance(60_000)
    expect(signIn).toMatchObject(ended('signed_out_elsewhere'))
    expect(statuses(tabs)).toEqual(['unauthenticated', 'unauthenticated'])
    expect(server.cookie).toBeUndefined()
  })

  it('does not end the session of who signs in afterwards in another', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    server.refreshDelay = 800
    track(tabs[0]!.session.refresh())
    await clock.advance(100)
    track(tabs[1]!.session.signOut())
    await clock.advance(5)
    track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(60_000)
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
    expect(server.cookie).toBe('bob')
  })

  it('is not told to the server once somebody has signed in elsewhere: that cookie is theirs', async () => {
    const { server, clock, tabs } = await openTabs(2)
    server.refreshDelay = 800
    server.onRefresh = () => new Response(null, { status: 503 })
    track(tabs[0]!.session.refresh())
    await clock.advance(100)
    const signOut = track(tabs[1]!.session.signOut())
    await clock.advance(5)
    server.cookie = 'bob'
    track(tabs[0]!.session.signIn(server.issue('bob')))
    await clock.advance(5000)
    expect(signOut.state).toBe('resolved')
    expect([server.signOuts.length, server.cookie]).toEqual([0, 'bob'])
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
  })

  it('does not keep a later page from finding a session that began by other means', async () => {
    const { server, clock, tabs, openTab } = await openTabs(1)
    track(tabs[0]!.session.signOut())
    await clock.advance(100)
    tabs[0]!.tab.close()
    server.cookie = 'alice'
    const next = await openTab()
    expect(next.session.getSnapshot().status).toBe('authenticated')
  })

  it('sends the requests of a tab that is only starting as they are', async () => {
    const { server, clock, tabs, newTab, openTab } = await openTabs(1)
    server.refreshDelay = 800
    clock.sleep(server.lifetime)
    const tab = newTab()
    const opening = openTab(tab)
    await opening
    const call = track((await opening).send('/public'))
    track(tabs[0]!.session.signOut())
    await clock.advance(10_000)
    expect(call.value?.status).toBe(200)
    expect(server.hits.map(({ authorization }) => authorization)).toEqual([null])
  })
})

describe('a sign-in in one tab', () => {
  it('reaches the others with its token: none of them makes a refresh call', async () => {
    const { server, clock, tabs, login } = await openTabs(3)
    track(tabs[0]!.session.signOut())
    await clock.advance(100)
    const signIn = track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(50)
    expect(signIn.state).toBe('resolved')
    expect(statuses(tabs)).toEqual(Array(3).fill('authenticated'))
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(100)
    for (const { value } of calls) expect(await value?.json()).toMatchObject({ user: 'bob' })
    expect(server.refreshes).toHaveLength(0)
    expect(tabs[1]!.events.at(-1)).toEqual({ type: 'signed-in', elsewhere: true })
  })

  it("of another user turns away what waits, and sends nothing with the other's token", async () => {
    const { server, clock, tabs, login } = await openTabs(3)
    clock.sleep(server.lifetime)
    server.onRefresh = () => new Response(null, { status: 503 })
    const calls = tabs.slice(1).map(({ send }) => track(send('/api/alice')))
    await clock.advance(200)
    track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(50)
    expect(calls).toMatchObject([ended('replaced'), ended('replaced')])
    await clock.advance(60_000)
    expect(server.hits.filter(({ url }) => url.pathname === '/api/alice')).toHaveLength(0)
    expect(statuses(tabs)).toEqual(Array(3).fill('authenticated'))
  })

  it('of the same user lets what waits go on', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    clock.sleep(server.lifetime)
    server.onRefresh = () => new Response(null, { status: 503 })
    const call = track(tabs[1]!.send('/api/me'))
    await clock.advance(200)
    track(tabs[0]!.session.signIn(() => login('alice')))
    await clock.advance(100)
    expect(call.value?.status).toBe(200)
  })

  it('comes after the refresh under way in another tab, whose cookie cannot replace the new one', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    server.refreshDelay = 800
    track(tabs[1]!.session.refresh())
    await clock.advance(100)
    const signIn = track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(600)
    expect(server.logins).toHaveLength(0)
    await clock.advance(400)
    expect(signIn.state).toBe('resolved')
    await clock.advance(120_000)
    expect(server.cookie).toBe('bob')
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
    expect(server.reuses).toBe(0)
  })

  it('with a bare token, in the middle of a refresh of another tab, is checked against the cookie that came last', async () => {
    const { server, clock, tabs } = await openTabs(2)
    server.rotation = 'none'
    server.refreshDelay = 800
    track(tabs[1]!.session.refresh())
    await clock.advance(100)
    server.cookie = 'bob'
    track(tabs[0]!.session.signIn(server.issue('bob')))
    await clock.advance(5)
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
    // The refresh that was under way brings Alice's cookie back.
    await clock.advance(5000)
    expect(server.cookie).toBe('alice')
    expect(reasons(tabs)).toEqual(['replaced', 'replaced'])
  })

  it('is not undone by the first refresh of a tab that is only starting', async () => {
    const { server, clock, tabs, newTab } = await openTabs(1)
    server.rotation = 'none'
    server.refreshDelay = 800
    clock.sleep(server.lifetime)
    const starting = newTab().open()
    await clock.advance(300)
    expect(server.refreshes).toHaveLength(1)
    server.cookie = 'bob'
    track(tabs[0]!.session.signIn(server.issue('bob')))
    await clock.advance(10)
    const call = track(fetchOf(starting)('/api/me'))
    await clock.advance(100)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
    await clock.advance(5000)
    expect(starting.session.getSnapshot().reason).toBe('replaced')
  })

  it('that fails leaves the other tabs as they were, and takes over what they refreshed meanwhile', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    server.delay = 500
    const signIn = track(tabs[0]!.session.signIn(() => login('')))
    await clock.advance(100)
    const refresh = track(tabs[1]!.session.refresh())
    await clock.advance(5000)
    expect(signIn).toMatchObject({ state: 'rejected', error: { message: 'wrong password' } })
    const tokens = await Promise.all(tabs.map(({ session }) => session.getAccessToken()))
    expect(tokens).toEqual([refresh.value, refresh.value])
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
  })

  it('comes after the one that is under way in another tab, and is the one that counts', async () => {
    const { server, clock, tabs, login } = await openTabs(2)
    server.delay = 500
    const first = track(tabs[1]!.session.signIn(() => login('bob')))
    await clock.advance(100)
    const second = track(tabs[0]!.session.signIn(() => login('carol')))
    await clock.advance(5000)
    expect([first.state, second.state]).toEqual(['resolved', 'resolved'])
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(1000)
    for (const { value } of calls) expect(await value?.json()).toMatchObject({ user: 'carol' })
    expect(server.cookie).toBe('carol')
  })

  it('without shared tokens makes each of the others fetch one of its own', async () => {
    const { server, clock, tabs, login } = await openTabs(3, { shareToken: false })
    track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(3000)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(1000)
    for (const { value } of calls) expect(await value?.json()).toMatchObject({ user: 'bob' })
    expect(server.refreshes).toHaveLength(2)
  })
})

describe('the end of the session on the server', () => {
  it('ends it once in every tab, with one event each', async () => {
    const { server, clock, tabs } = await openTabs(5)
    await clock.advance(10_000)
    server.expireAll()
    server.cookie = undefined
    const call = track(tabs[2]!.send('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(401)
    expect(statuses(tabs)).toEqual(Array(5).fill('unauthenticated'))
    expect(reasons(tabs)).toEqual(Array(5).fill('expired'))
    await clock.advance(600_000)
    expect(tabs.map((tab) => typesOf(tab).filter((type) => type === 'ended'))).toEqual(
      Array(5).fill(['ended']),
    )
    expect(server.refreshes).toHaveLength(1)
  })

  it('costs at most one refresh call when all tabs find out at once', async () => {
    const { server, clock, tabs } = await openTabs(5)
    server.cookie = undefined
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(5000)
    for (const call of calls) expect(call).toMatchObject(ended('expired'))
    expect(server.refreshes).toHaveLength(1)
  })
})
