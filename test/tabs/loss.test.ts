import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { openTabs, statuses, typesOf } from './arrange.ts'

/** Two tabs whose token has expired; the first is in the middle of a slow refresh that the second waits for. */
async function inTheMiddle(options = {}, setsHint = true) {
  const world = await openTabs(2, options)
  const { server, clock, tabs } = world
  server.setsHint = setsHint
  const [holder, waiter] = [tabs[0]!, tabs[1]!]
  server.refreshDelay = 800
  clock.sleep(server.lifetime)
  track(holder.send('/api/holder'))
  await clock.advance(250)
  const call = track(waiter.send('/api/waiter'))
  await clock.advance(10)
  return { ...world, holder, waiter, call }
}

describe('a page that is left in the middle of a refresh', () => {
  it('leaves its turn to the next one, which waits for the cookie that is on its way', async () => {
    const { server, clock, holder, call } = await inTheMiddle()
    holder.tab.close()
    await clock.advance(2000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
    expect(server.refreshes).toHaveLength(2)
  })

  it('and reloaded presents the new cookie, also to a server that forgives nothing', async () => {
    const { server, clock, holder, waiter, openTab } = await inTheMiddle()
    waiter.tab.close()
    holder.tab.close()
    const reloaded = await openTab()
    const call = track(reloaded.send('/api/me'))
    await clock.advance(5000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })

  it('without keepalive loses the cookie, and a server that forgives nothing ends the session', async () => {
    const refresh = { url: '/auth/refresh', keepalive: false }
    const { server, clock, holder, waiter, openTab } = await inTheMiddle({ refresh })
    waiter.tab.close()
    holder.tab.close()
    const reloaded = await openTab()
    await clock.advance(20_000)
    expect(reloaded.session.getSnapshot().status).toBe('unauthenticated')
    expect(server.reuses).toBe(1)
  })

  it('is waited for without a readable cookie as well, for three seconds from the start of its call', async () => {
    const { server, clock, holder, call } = await inTheMiddle({}, false)
    holder.tab.close()
    await clock.advance(2000)
    expect(call.state).toBe('pending')
    await clock.advance(2500)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })

  it('is waited for no longer than three seconds where an answer need not change the readable cookie', async () => {
    const { server, clock, holder, waiter, call } = await inTheMiddle()
    await clock.advance(3000)
    expect(call.value?.status).toBe(200)
    // It answers without a new cookie, the present one being young.
    server.rotation = 'none'
    track(holder.session.refresh())
    await clock.advance(3000)
    server.refreshDelay = 6000
    track(holder.session.refresh())
    await clock.advance(100)
    holder.tab.close()
    server.refreshDelay = 50
    const next = track(waiter.session.refresh())
    await clock.advance(2500)
    expect(next.state).toBe('pending')
    await clock.advance(1000)
    expect(next.state).toBe('resolved')
  })

  it('is waited for as long as it takes where the readable cookie shows a moment after its answer', async () => {
    const { server, clock, holder, waiter, call } = await inTheMiddle()
    const { page } = holder.tab.environment
    const read = page.readCookie
    let shown = read('sr_hint')
    page.readCookie = () => shown
    page.cookiesLanded = async () => {
      shown = read('sr_hint')
    }
    await clock.advance(3000)
    expect(call.value?.status).toBe(200)
    server.refreshDelay = 6000
    track(holder.session.refresh())
    await clock.advance(100)
    holder.tab.close()
    server.refreshDelay = 50
    const next = track(waiter.session.refresh())
    await clock.advance(5000)
    expect(next.state).toBe('pending')
    await clock.advance(2000)
    expect(next.state).toBe('resolved')
    expect(server.reuses).toBe(0)
  })

  it('is not waited for once its call must be over', async () => {
    const { server, clock, holder, waiter, openTab } = await inTheMiddle()
    holder.tab.crash()
    waiter.tab.crash()
    await clock.advance(60_000)
    const late = await openTab()
    const call = track(late.send('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })
})

describe('a tab that crashes in the middle of a refresh', () => {
  it('does not keep the others waiting', async () => {
    const { server, clock, holder, call } = await inTheMiddle()
    holder.tab.crash()
    await clock.advance(2000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })
})

describe('a tab whose process is stopped in the middle of a refresh', () => {
  it('is overtaken after a while, and changes nothing when it goes on', async () => {
    const { server, clock, tabs, holder, call } = await inTheMiddle()
    holder.tab.freeze()
    await clock.advance(15_000)
    expect(call.value?.status).toBe(200)
    const { length } = server.refreshes
    holder.tab.thaw()
    await clock.advance(5000)
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
    expect(typesOf(holder)).not.toContain('ended')
    expect(server.refreshes).toHaveLength(length)
    expect(server.reuses).toBe(0)
  })

  it('is overtaken within seconds when its answer has landed, although it says nothing', async () => {
    const { server, clock, holder, waiter, openTab } = await inTheMiddle()
    holder.tab.freeze()
    waiter.tab.close()
    await clock.advance(60_000)
    const late = await openTab()
    const call = track(late.send('/api/me'))
    await clock.advance(6000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })

  it('ends no session when it is refused after all', async () => {
    const { server, clock, tabs } = await openTabs(2, { shareToken: false })
    clock.sleep(server.lifetime)
    // Its cookie has been spent by the time the server looks at it.
    let refuse = () => {}
    server.onRefresh = () =>
      new Promise((resolve) => {
        refuse = () => resolve(new Response(null, { status: 401 }))
      })
    track(tabs[0]!.send('/api/holder'))
    await clock.advance(250)
    server.onRefresh = undefined
    tabs[0]!.tab.freeze()
    const call = track(tabs[1]!.send('/api/waiter'))
    await clock.advance(15_000)
    expect(call.value?.status).toBe(200)
    refuse()
    await clock.advance(100)
    tabs[0]!.tab.thaw()
    await clock.advance(100)
    expect(typesOf(tabs[0]!)).not.toContain('ended')
    expect(statuses(tabs)).toEqual(['authenticated', 'authenticated'])
  })

  it('says nothing of a failure of its own when it has been overtaken', async () => {
    const { server, clock, tabs } = await openTabs(2)
    clock.sleep(server.lifetime)
    let breakOff = () => {}
    server.onRefresh = () =>
      new Promise((_, reject) => {
        breakOff = () => reject(new TypeError('Failed to fetch'))
      })
    track(tabs[0]!.send('/api/holder'))
    await clock.advance(250)
    tabs[0]!.tab.freeze()
    server.onRefresh = undefined
    const call = track(tabs[1]!.send('/api/waiter'))
    await clock.advance(1000)
    breakOff()
    await clock.advance(14_000)
    expect(call.value?.status).toBe(200)
    tabs[0]!.tab.thaw()
    await clock.advance(1000)
    expect(typesOf(tabs[0]!)).not.toContain('refresh-failed')
  })

  it('brings nothing any more when its answer comes after that of who has overtaken it', async () => {
    const { server, clock, tabs } = await openTabs(2)
    clock.sleep(server.lifetime)
    let answer = () => {}
    server.onRefresh = () =>
      new Promise((resolve) => {
        answer = () => resolve(Response.json(server.issue('alice')))
      })
    track(tabs[0]!.send('/api/holder'))
    await clock.advance(250)
    server.onRefresh = undefined
    tabs[0]!.tab.freeze()
    track(tabs[1]!.send('/api/waiter'))
    await clock.advance(15_000)
    tabs[0]!.tab.thaw()
    await clock.advance(100)
    const before = tabs.map(({ session }) => session.getSnapshot())
    answer()
    await clock.advance(100)
    expect(tabs.map(({ session }) => session.getSnapshot())).toEqual(before)
    const tokens = await Promise.all(tabs.map(({ session }) => session.getAccessToken()))
    expect(tokens[0]).toBe(tokens[1])
  })

  it('has no older token than the others in the end', async () => {
    const { clock, tabs, holder } = await inTheMiddle()
    holder.tab.freeze()
    await clock.advance(15_000)
    holder.tab.thaw()
    await clock.advance(5000)
    const tokens = await Promise.all(tabs.map(({ session }) => session.getAccessToken()))
    expect(tokens[0]).toBe(tokens[1])
  })

  it('costs two who wait for it one more call, and none of them its session', async () => {
    const { server, clock, tabs, holder, call, openTab } = await inTheMiddle()
    const third = await openTab()
    const other = track(third.send('/api/third'))
    holder.tab.freeze()
    await clock.advance(20_000)
    expect([call.value?.status, other.value?.status]).toEqual([200, 200])
    holder.tab.thaw()
    await clock.advance(20_000)
    expect(server.refreshes.length).toBeLessThanOrEqual(3)
    expect(statuses([...tabs, third])).toEqual(Array(3).fill('authenticated'))
    expect(server.reuses).toBe(0)
  })
})

describe('an answer that is lost on its way', () => {
  it('costs one more call, on a server that forgives what has never arrived', async () => {
    const { server, clock, tabs } = await openTabs(3)
    server.rotation = 'tolerant'
    server.lostAnswers = 1
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(10_000)
    expect(calls.map(({ value }) => value?.status)).toEqual([200, 200, 200])
    expect(server.refreshes).toHaveLength(2)
    expect(server.reuses).toBe(0)
  })
})

describe('a refresh that is refused', () => {
  it('although another tab has rotated meanwhile, is made once more with the new cookie', async () => {
    const { server, clock, tabs } = await openTabs(1)
    clock.sleep(server.lifetime)
    let isFirst = true
    server.onRefresh = () => {
      if (!isFirst) return undefined
      isFirst = false
      // Somebody outside of our reach, a frame of another partition for example.
      server.cookie = 'alice'
      return new Response(null, { status: 401 })
    }
    const call = track(tabs[0]!.send('/api/me'))
    await clock.advance(5000)
    expect(call.value?.status).toBe(200)
    expect(typesOf(tabs[0]!)).not.toContain('ended')
    expect(server.refreshes).toHaveLength(2)
  })
})
