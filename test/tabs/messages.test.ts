import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { openTabs } from './arrange.ts'

const channel = 'silent-refresh::https://app.test/auth/refresh'

/** Two tabs, the second of which is told things, and the last thing that the first has told. */
async function overheard() {
  const world = await openTabs(2)
  const { browser, clock, tabs } = world
  browser.messages.length = 0
  track(tabs[0]!.session.refresh())
  await clock.advance(1000)
  const news = browser.messages.at(-1) as {
    stamp: { turn: number; login: string; gen: number }
    token: Record<string, unknown>
  }
  const { session, tab, events } = tabs[1]!
  const before = session.getSnapshot()
  return { ...world, news, session, events, before, tell: (message: unknown) => tab.hear(channel, message) }
}

describe('what a tab is told', () => {
  it('is the token, its age and its order, and nothing else', async () => {
    const { news } = await overheard()
    expect(news).toMatchObject({
      type: 'session',
      stamp: { turn: expect.any(Number), login: expect.any(String), gen: expect.any(Number) },
      token: {
        value: expect.any(String),
        subject: 'alice',
        lifetime: 60_000,
        age: 50,
        at: expect.any(Number),
      },
    })
    expect(Object.keys(news.token).sort()).toEqual(['age', 'at', 'isFresh', 'lifetime', 'subject', 'value'])
  })

  it('is ignored if it is older than what it knows, or as old, or of another login', async () => {
    const { news, session, before, clock, tell } = await overheard()
    const { stamp } = news
    const forged = { ...news, token: { ...news.token, value: 'forged' } }
    for (const change of [{ gen: 0 }, { gen: stamp.gen }, { turn: 0 }, { turn: stamp.turn - 1, gen: 99 }]) {
      tell({ ...forged, stamp: { ...stamp, ...change } })
      tell({ ...forged, stamp: { ...stamp, ...change }, token: undefined })
    }
    tell({ type: 'session', stamp: { ...stamp, gen: stamp.gen - 1 }, end: 'expired' })
    tell({ type: 'session', stamp: { ...stamp, turn: stamp.turn - 1 }, end: 'signed_out' })
    tell({ type: 'session', stamp, end: 'none' })
    await clock.advance(1000)
    expect(session.getSnapshot()).toBe(before)
    expect(await session.getAccessToken()).toBe(news.token.value)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'session'],
    ['a number', 1],
    ['an empty object', {}],
    ['a list', [{ type: 'session' }]],
    ['an unknown kind', { type: 'signed-out' }],
    ['news without a stamp', { type: 'session' }],
    ['a stamp of texts', { type: 'session', stamp: { turn: '9e15', login: 'x', gen: '1' } }],
    ['a stamp without an end', { type: 'session', stamp: { turn: Infinity, login: 'x', gen: 1 } }],
    ['a stamp that is no number', { type: 'session', stamp: { turn: NaN, login: 'x', gen: 1 } }],
    ['a turn too large to count on', { type: 'session', stamp: { turn: 2 ** 53, login: 'x', gen: 1 } }],
    ['a negative turn', { type: 'session', stamp: { turn: -1, login: 'x', gen: 1 } }],
    ['a login that is very long', { type: 'session', stamp: { turn: 9e15, login: 'x'.repeat(201), gen: 1 } }],
    [
      'an end that there is not',
      { type: 'session', stamp: { turn: 9e15, login: 'x', gen: 1 }, end: 'disposed' },
    ],
    ['a failure without words', { type: 'failed' }],
    ['a failure with odd words', { type: 'failed', message: 1 }],
    ['a failure with an odd delay', { type: 'failed', message: 'x', retryAfter: -1 }],
    ['a failure while nobody waits', { type: 'failed', message: 'x', retryAfter: 300_000 }],
  ])('does no harm: %s', async (_, message) => {
    const { session, before, clock, tell, reported } = await overheard()
    tell(message)
    await clock.advance(1000)
    expect(session.getSnapshot()).toBe(before)
    expect(reported).toEqual([])
  })

  it.each([
    ['no value', { value: undefined }],
    ['a value that no header may carry', { value: 'a b' }],
    ['a value with a line end', { value: 'a\r\nX-Evil: 1' }],
    ['an age that is no number', { age: '1' }],
    ['a negative age', { age: -1 }],
    ['a lifetime without an end', { lifetime: Infinity }],
    ['a user that is no text', { subject: {} }],
    ['a user that is a number', { subject: 7 }],
    ['no time', { at: undefined }],
  ])('does no harm: a token with %s', async (_, change) => {
    const { news, session, events, before, clock, tell } = await overheard()
    events.length = 0
    tell({ ...news, stamp: { ...news.stamp, gen: 99 }, token: { ...news.token, ...change } })
    await clock.advance(1000)
    expect(session.getSnapshot()).toBe(before)
    expect(events).toEqual([])
    expect(await session.getAccessToken()).toBe(news.token.value)
  })

  it('is heard by no session of another name', async () => {
    const { openTab, newTab, server } = await openTabs(1)
    const other = await openTab(newTab(), { name: 'other' })
    expect(server.refreshes).toHaveLength(1)
    expect(other.session.getSnapshot().status).toBe('authenticated')
  })
})

describe('a token that comes from another tab', () => {
  it('lives no longer than where it came from, whatever the monotonic clocks say', async () => {
    const { server, clock, openTab } = await openTabs(1)
    await clock.advance(40_000)
    const late = await openTab()
    await clock.advance(19_000)
    server.onRefresh = () => new Response(null, { status: 503 })
    track(late.send('/api/me'))
    await clock.advance(2000)
    expect(server.refreshes.length).toBeGreaterThan(0)
  })

  it('counts the time for which the page was frozen', async () => {
    const { server, clock, tabs, session } = await overheard()
    tabs[1]!.tab.freeze()
    track(tabs[0]!.session.refresh())
    await clock.advance(30_000)
    tabs[1]!.tab.thaw()
    await clock.advance(0)
    const left = (session.getSnapshot().expiresAt ?? 0) - clock.now().wall
    expect(left).toBeLessThanOrEqual(server.lifetime - 29_900)
  })

  it('that has just been issued is not refreshed again for a 401', async () => {
    const { server, clock, tabs } = await openTabs(2)
    track(tabs[0]!.session.refresh())
    await clock.advance(100)
    server.onApi = () => new Response(null, { status: 401 })
    const call = track(tabs[1]!.send('/api/always-401'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(401)
    expect(server.refreshes).toHaveLength(1)
  })

  it('that somebody has signed in with, and nobody knows how old it is, is refreshed for a 401', async () => {
    const { server, clock, tabs } = await openTabs(2)
    const answer = server.issue('alice')
    track(tabs[0]!.session.signIn(answer))
    await clock.advance(10)
    server.expireAll()
    const call = track(tabs[1]!.send('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
  })

  it('is in no storage and no event', async () => {
    const { server, browser, clock, tabs } = await openTabs(3)
    for (const { session } of tabs) track(session.refresh())
    clock.sleep(server.lifetime)
    for (const { send } of tabs) track(send('/api/me'))
    await clock.advance(5000)
    track(tabs[0]!.session.signOut())
    await clock.advance(5000)
    const traces = JSON.stringify([...browser.stored, tabs.map(({ events }) => events)])
    for (const { authorization } of server.hits)
      expect(traces).not.toContain(authorization?.slice(7) ?? 'none')
    expect(browser.stored.size).toBeGreaterThan(0)
  })

  it('does not come where tokens are not shared', async () => {
    const { server, browser, clock, tabs } = await openTabs(3, { shareToken: false })
    clock.sleep(server.lifetime)
    for (const { send } of tabs) track(send('/api/me'))
    await clock.advance(5000)
    const said = JSON.stringify(browser.messages)
    expect(server.hits).toHaveLength(3)
    for (const { authorization } of server.hits) expect(said).not.toContain(authorization?.slice(7) ?? 'none')
  })
})

describe('a failure in one tab', () => {
  it('is that of all who waited for their turn: a server in trouble is not asked by each of them', async () => {
    const { server, clock, tabs } = await openTabs(10)
    server.onRefresh = () => new Response(null, { status: 503, headers: { 'Retry-After': '5' } })
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(4000)
    expect(server.refreshes).toHaveLength(1)
    server.onRefresh = undefined
    await clock.advance(6000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(10).fill(200))
    expect(server.refreshes).toHaveLength(2)
  })
})

describe('a tab that asks for the token', () => {
  /** How many answers have been given. */
  const answers = (messages: readonly unknown[]) =>
    messages.filter((message) => (message as { type: string }).type === 'session').length

  it('is answered at once by the one that has brought it, and by no other', async () => {
    const { clock, browser, tabs, newTab } = await openTabs(3)
    track(tabs[1]!.session.refresh())
    await clock.advance(1000)
    browser.messages.length = 0
    const { events } = newTab().open()
    await clock.advance(15)
    expect(events.map(({ type }) => type)).toContain('adopted')
    await clock.advance(1000)
    expect(answers(browser.messages)).toBe(1)
  })

  it('is answered by one of the others, after a moment, where that one is gone', async () => {
    const { clock, browser, tabs, newTab, openTab } = await openTabs(1)
    for (const dice of [0.9, 0.5]) {
      const tab = newTab()
      tab.environment.random = () => dice
      await openTab(tab)
    }
    track(tabs[0]!.session.refresh())
    await clock.advance(1000)
    tabs[0]!.tab.close()
    await clock.advance(100)
    browser.messages.length = 0
    const { events } = newTab().open()
    await clock.advance(25)
    expect(answers(browser.messages)).toBe(0)
    await clock.advance(25)
    expect(answers(browser.messages)).toBe(1)
    expect(events.map(({ type }) => type)).toContain('adopted')
    await clock.advance(1000)
    expect(answers(browser.messages)).toBe(1)
  })

  it('does not ask where the last that was told is an end', async () => {
    const { server, clock, tabs, newTab, login } = await openTabs(2)
    track(tabs[0]!.session.signOut())
    await clock.advance(1000)
    track(login('bob'))
    await clock.advance(100)
    server.refreshes.length = 0
    newTab().open()
    await clock.advance(10)
    expect(server.refreshes).toHaveLength(1)
  })
})
