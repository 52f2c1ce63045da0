import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines } from './engines/describe-engines.ts'
import type { Profile, Tab } from './engines/engine.ts'
import { expireTokens, fireTogether, openTabs, refreshCookieOf } from './open-tabs.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

const jwt = /eyJ[\w-]+\.[\w-]+/

/** The name that tabs of the same session find each other by. */
const channelOf = (url: string) => `silent-refresh::${url}/auth/refresh`

/** Writes down all that is said between the tabs from now on. */
async function listen(tab: Tab, url: string): Promise<() => Promise<string[]>> {
  await tab.evaluate((name) => {
    const said: string[] = []
    new BroadcastChannel(name).onmessage = ({ data }) => said.push(JSON.stringify(data))
    Object.assign(globalThis, { said })
  }, channelOf(url))
  return () => tab.evaluate(() => (globalThis as unknown as { said: string[] }).said)
}

/** All that a script of the page, or of a later one, can get at. */
const traces = (tab: Tab) =>
  tab.evaluate(async () => {
    const databases = indexedDB.databases ? await indexedDB.databases() : []
    const caches = 'caches' in globalThis ? await globalThis.caches.keys() : []
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      location.href,
      history.state,
      databases,
      caches,
      app.events,
      app.session,
      app.session.getSnapshot(),
    ])
  })

interface Life {
  readonly said: readonly string[]
  readonly left: readonly string[]
  readonly secrets: readonly string[]
}

/** A refresh, a new tab, a sign-out and a sign-in, overheard. */
async function live(opened: Awaited<ReturnType<typeof openTabs>>): Promise<Life> {
  const { server, profile, tabs, newTab } = opened
  const [listener, other] = tabs as [Tab, Tab]
  const said = await listen(listener, server.url)
  const left: string[] = []
  const secrets: string[] = []
  const note = async (profile: Profile) => {
    for (const tab of tabs) left.push(await traces(tab))
    secrets.push((await refreshCookieOf(profile, server.url)) ?? 'none')
  }
  await note(profile)
  await expireTokens(opened)
  await fireTogether(tabs)
  await note(profile)
  tabs.push(await newTab())
  await note(profile)
  await other.evaluate(() => app.session.signOut())
  await listener.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
  await note(profile)
  await other.evaluate(async () => {
    await app.signIn('bob')
  })
  await listener.waitFor(() => app.session.getSnapshot().status === 'authenticated')
  await note(profile)
  return { said: await said(), left, secrets }
}

function expectNoTraces({ said, left, secrets }: Life): void {
  expect(said.length).toBeGreaterThan(0)
  expect(secrets.filter((secret) => secret !== 'none')).toHaveLength(4)
  for (const text of left) expect(text).not.toMatch(jwt)
  for (const secret of secrets) expect([...said, ...left].join()).not.toContain(secret)
}

const stamp = { turn: 1, login: 'forged', gen: 999 }
const token = { value: 'forged', subject: 'user', lifetime: 60_000, age: 0, at: 0 }

/** What nobody but a fault, an old version or a script that has no business here would say. */
const forgeries: readonly unknown[] = [
  null,
  0,
  'session',
  [],
  [{ type: 'session' }],
  {},
  { type: 'unheard of' },
  { type: 'session' },
  { type: 'session', stamp: null, end: 'signed_out' },
  { type: 'session', stamp: { turn: '9e15', login: 'forged', gen: 1 }, end: 'signed_out' },
  { type: 'session', stamp: { turn: 9e15, login: 7, gen: 1 }, end: 'signed_out' },
  { type: 'session', stamp: { turn: 9e15, login: 'forged' }, end: 'signed_out' },
  { type: 'session', stamp: { turn: -1, login: 'forged', gen: 1 }, end: 'signed_out' },
  { type: 'session', stamp: { turn: 2e15 + 0.5, login: 'forged', gen: 1 }, end: 'signed_out' },
  { type: 'session', stamp: { turn: 9e15, login: 'forged', gen: 1 }, end: 'because' },
  { type: 'session', stamp: { turn: 9e15, login: 'forged', gen: 1 }, end: 'disposed' },
  { type: 'session', stamp: { turn: 9e15, login: 'x'.repeat(10_000), gen: 1 }, end: 'signed_out' },
  { type: 'session', stamp: { turn: 9e15, login: 'forged', gen: 1 }, token: 'forged' },
  { type: 'session', stamp: { turn: 9e15, login: 'forged', gen: 1 }, token: { ...token, value: 'a b' } },
  { type: 'session', stamp: { turn: 9e15, login: 'forged', gen: 1 }, token: { ...token, age: -1 } },
  { type: 'session', stamp: { turn: 9e15, login: 'forged', gen: 1 }, token: { ...token, lifetime: '9' } },
  { type: 'session', stamp: { turn: 9e15, login: 'forged', gen: 1 }, token: { ...token, subject: {} } },
  // Well made, but from before: of an older login.
  { type: 'session', stamp, end: 'signed_out' },
  { type: 'session', stamp, token },
  { type: 'failed' },
  { type: 'failed', message: 'x'.repeat(10_000) },
  { type: 'failed', message: 'nobody asked' },
]

describeEngines('what tabs say to each other', (browser) => {
  it('has the access token while it is shared; storage, cookies and URLs never do', async () => {
    const life = await live(await openTabs(browser, page))
    expectNoTraces(life)
    expect(life.said.join()).toMatch(jwt)
  })

  it('has no token where it is not shared', async () => {
    const life = await live(await openTabs(browser, page, { session: { shareToken: false } }))
    expectNoTraces(life)
    expect(life.said.join()).not.toMatch(jwt)
  })

  it('changes nothing when it is malformed or old', async () => {
    const { server, tabs } = await openTabs(browser, page)
    const [forger, tab] = tabs as [Tab, Tab]
    await tab.evaluate(() => {
      Object.assign(globalThis, { before: app.session.getSnapshot() })
    })
    const name = channelOf(server.url)
    const answer = await forger.evaluate(
      async (name, forgeries) => {
        const channel = new BroadcastChannel(name)
        for (const forgery of forgeries) channel.postMessage(forgery)
        // JSON, by which these came, knows none of them.
        for (const forgery of [
          undefined,
          NaN,
          new Date(),
          new Map([['type', 'session']]),
          new ArrayBuffer(8),
        ])
          channel.postMessage(forgery)
        // Messages keep their order: once this is answered, all have been heard.
        const answered = new Promise<unknown>((resolve) => {
          channel.onmessage = ({ data }) => resolve(data)
        })
        channel.postMessage({ type: 'hello' })
        return answered
      },
      name,
      forgeries,
    )
    expect(answer).toMatchObject({ type: 'session' })
    for (const each of tabs) expect(await each.evaluate(() => [...app.events, ...app.errors])).toEqual([])
    const isSame = () => (globalThis as unknown as { before: unknown }).before === app.session.getSnapshot()
    expect(await tab.evaluate(isSame)).toBe(true)
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(server.seen('/auth')).toHaveLength(0)
  })

  it('changes nothing when it is an old copy of what was said before', async () => {
    const { server, tabs } = await openTabs(browser, page)
    const [first, tab] = tabs as [Tab, Tab]
    const said = await listen(first, server.url)
    await tab.evaluate(() => app.session.refresh().then(Boolean))
    await tab.evaluate(() => app.session.signOut())
    await tab.evaluate(async () => {
      await app.signIn('bob')
    })
    await first.waitFor(() => app.count('signed-in') === 1)
    const copies = await said()
    expect(copies.length).toBeGreaterThanOrEqual(3)
    await tab.evaluate(() => {
      Object.assign(globalThis, { before: app.session.getSnapshot() })
      app.events.length = 0
    })
    await first.evaluate(
      async (name, copies) => {
        const channel = new BroadcastChannel(name)
        for (const copy of [...copies, ...copies.reverse()]) channel.postMessage(JSON.parse(copy))
        const answered = new Promise((resolve) => {
          channel.onmessage = resolve
        })
        channel.postMessage({ type: 'hello' })
        await answered
      },
      channelOf(server.url),
      copies,
    )
    const after = await tab.evaluate(() => ({
      events: app.events,
      isSame: (globalThis as unknown as { before: unknown }).before === app.session.getSnapshot(),
    }))
    expect(after).toEqual({ events: [], isSame: true })
    const who = await tab.evaluate(async () => ((await app.api.get('/me')).data as { email: string }).email)
    expect(who).toBe('second@example.com')
  })
})
