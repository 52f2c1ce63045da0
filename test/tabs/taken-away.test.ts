import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { openTabs } from './arrange.ts'

describe('a turn that is taken away', () => {
  it('while its tab asks the others for their news is not used: nobody presents the cookie twice', async () => {
    const { server, browser, clock, tabs, newTab } = await openTabs(2, { maxWait: 120_000 })
    const stranger = newTab()
    const name = 'silent-refresh::https://app.test/auth/refresh'
    stranger.environment.locks?.request(name, {}, () => new Promise(() => {})).catch(() => {})
    const { locks } = tabs[0]!.tab.environment
    const request = locks!.request
    // Decided at the same moment as the other's, but on its way for a while.
    Object.assign(locks!, {
      request: (...asked: Parameters<typeof request>) =>
        asked[1].steal
          ? new Promise((resolve) => clock.startTimer(() => resolve(request(...asked)), 50))
          : request(...asked),
    })
    clock.sleep(server.lifetime)
    // Nothing shows the second that the first is at it still.
    server.setsHint = false
    server.refreshDelay = 5000
    browser.latency = () => 100
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(60_000)
    expect(calls.map(({ value }) => value?.status)).toEqual([200, 200])
    expect(server.refreshes).toHaveLength(1)
    expect(server.reuses).toBe(0)
  })
})

describe('a sign-out that a page has sent only as it was left', () => {
  it('is waited for by the login of another tab: its late answer does not take away the new cookie', async () => {
    const { server, clock, tabs, login, newTab, openTab } = await openTabs(1)
    const tab = newTab()
    const { fetch, locks } = tab.environment
    let isLeaving = false
    // A page that goes is told that its calls have failed; they go on all the same.
    Object.assign(tab.environment, {
      fetch: async (...sent: Parameters<typeof fetch>) => {
        if (!isLeaving) return fetch(...sent)
        void server.fetch(...sent)
        await null
        throw new TypeError('Failed to fetch')
      },
    })
    const { session } = await openTab(tab)
    // The browser has no time left to answer.
    Object.assign(locks!, { request: () => new Promise(() => {}) })
    isLeaving = true
    server.delay = 1000
    session.signOut().catch(() => {})
    tab.page.send('leave')
    await clock.advance(10)
    server.delay = 10
    const signIn = track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(10_000)
    expect(server.signOuts).toHaveLength(1)
    expect(signIn.state).toBe('resolved')
    expect(server.cookie).toBe('bob')
  })
})
