import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import {
  expireTokens,
  fireTogether,
  inAll,
  openTabs,
  signedIn,
  standings,
  type TabsOptions,
} from './open-tabs.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

/** As operators run it, with the grace period that covers for what browsers lack. */
const usual = { gracePeriod: 10_000, accessTokenLifetime: 8000 }
const session = { refreshMargin: 0 }

const coordinationOf = (tabs: readonly Tab[]) =>
  inAll(tabs, () => [app.session.getSnapshot().coordination, ...app.errors])

const listRefreshes = ({ server }: Awaited<ReturnType<typeof openTabs>>) =>
  server.seen('/auth/refresh').map(({ status }) => status)

/** Every one is answered before the next arrives. */
function expectOneAfterAnother({ server }: Awaited<ReturnType<typeof openTabs>>): void {
  const refreshes = server.seen('/auth/refresh')
  for (const [index, { at }] of refreshes.slice(1).entries())
    expect(at).toBeGreaterThanOrEqual(refreshes[index]?.answeredAt ?? Infinity)
}

/** The loopback in a shape that no browser takes for a secure context. */
const insecure = '[::ffff:127.0.0.1]'

const lacking: readonly [what: string, options: TabsOptions, expected: string][] = [
  ['plain http', { host: insecure }, 'local'],
  ['no locks', { without: ['locks'] }, 'local'],
  ['no channels', { without: ['channels'] }, 'local'],
  ['no locks and no channels', { without: ['locks', 'channels'] }, 'local'],
  ['no locks and no storage', { without: ['locks', 'storage'] }, 'local'],
  ['no storage', { without: ['storage'] }, 'local'],
  ['no channels and no storage', { without: ['channels', 'storage'] }, 'local'],
  ['nothing to share', { without: ['locks', 'channels', 'storage'] }, 'none'],
]

/** What is missing is the same in all engines; how pages get on without it is shown in each of them once. */
const usuallyLacking = lacking.filter(([what]) => /plain http|^no channels$|nothing/.test(what))

/** By either of the two. */
const canTell = ([, { without = [] }]: (typeof lacking)[number]) =>
  !without.includes('channels') || !without.includes('storage')

describeEngines('tabs of a browser that lacks something', (browser) => {
  const kinds = browser.name === 'chromium' ? lacking : usuallyLacking

  it.each(kinds)(
    'keep everybody signed in as their tokens expire together: %s',
    async (_, options, expected) => {
      const opened = await openTabs(browser, page, { count: 5, server: usual, session, ...options })
      const { tabs } = opened
      expect(await coordinationOf(tabs)).toEqual(Array(5).fill([expected]))
      await expireTokens(opened)
      expect(await fireTogether(tabs)).toEqual(Array(10).fill(200))
      expect(await standings(tabs)).toEqual(Array(5).fill(signedIn))
      expect(await coordinationOf(tabs)).toEqual(Array(5).fill([expected]))
      expect(await inAll(tabs, () => app.count('ended') + app.count('refresh-failed'))).toEqual(
        Array(5).fill(0),
      )
      expect(new Set(listRefreshes(opened))).toEqual(new Set([200]))
      expect(await inAll(tabs, () => app.session.refresh().then(Boolean))).toEqual(Array(5).fill(true))
    },
  )

  it.each(kinds.filter(canTell))('sign out together: %s', async (_, options) => {
    const { server, tabs } = await openTabs(browser, page, { count: 3, ...options })
    const [first, ...others] = tabs as [Tab, ...Tab[]]
    await first.evaluate(() => app.session.signOut())
    for (const tab of others) await tab.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
    const heard = { status: 'unauthenticated', reason: 'signed_out_elsewhere' }
    expect(await standings(others)).toEqual([heard, heard])
    expect(server.seen('/auth/logout')).toHaveLength(1)
  })

  it.each(kinds.filter((kind) => !canTell(kind)))(
    'find out about a sign-out at their next request: %s',
    async (_, options) => {
      const opened = await openTabs(browser, page, { server: usual, session, ...options })
      const [first, other] = opened.tabs as [Tab, Tab]
      await expireTokens(opened)
      await first.evaluate(() => app.session.signOut())
      expect(await other.evaluate(() => app.fire(2))).toEqual([401, 401])
      expect(await standings([other])).toEqual([{ status: 'unauthenticated', reason: 'expired' }])
    },
  )

  it.each([
    ['plain http', { host: insecure }],
    ['no locks', { without: ['locks'] }],
    ['no channels', { without: ['channels'] }],
    ['no sharing of tokens', { session: { shareToken: false } }],
  ])('go over to the next user together: %s', async (_, options) => {
    const { tabs } = await openTabs(browser, page, { count: 3, ...options })
    const [first, ...others] = tabs as [Tab, ...Tab[]]
    await first.evaluate(async () => {
      await app.signIn('bob')
    })
    for (const tab of others) await tab.waitFor(() => app.count('signed-in') === 1)
    const who = await inAll(tabs, async () => ((await app.api.get('/me')).data as { email: string }).email)
    expect(who).toEqual(Array(3).fill('second@example.com'))
    expect(await standings(tabs)).toEqual(Array(3).fill(signedIn))
  })

  it('refresh one after another where there are locks, but no channels to tell of it', async () => {
    const opened = await openTabs(browser, page, {
      count: 4,
      server: { strict: true },
      without: ['channels'],
    })
    await expireTokens(opened)
    opened.server.control.set({ refreshDelay: 200 })
    expect(await fireTogether(opened.tabs)).toEqual(Array(8).fill(200))
    expectOneAfterAnother(opened)
    expect(listRefreshes(opened)).toEqual(Array(4).fill(200))
  })
})
