import { describe, expect, it, vi } from 'vitest'
import { createTestBrowser } from '../../src/testing.ts'
import { options } from './server.ts'
import { startApp } from './start-app.ts'

const minute = 60_000

describe('the options of a test browser', () => {
  it.each([
    [{ fetch: 'https://api.test' }, 'option "fetch" must be a function'],
    [{ origin: 'https://app.test/' }, 'option "origin" must be an origin like'],
    [{ origin: 'app.test' }, 'option "origin" must be an origin like'],
    [{ origin: 'file:///x' }, 'option "origin" must be an origin like'],
    [{ startTime: '2026-01-01' }, 'option "startTime" must be a number of milliseconds since 1970'],
    [{ startTime: NaN }, 'option "startTime" must be a number'],
    [{ patience: -1 }, 'option "patience" must be a number of milliseconds from 0 to 2147483647'],
    [{ patience: Infinity }, 'option "patience" must be a number'],
    [{ url: '/' }, 'there is no option "url". The options are: fetch, origin, startTime, patience.'],
    [null, 'option "options" must be an object'],
  ])('refuse %o', (given, message) => {
    expect(() => createTestBrowser(given as never)).toThrow(message)
    expect(() => createTestBrowser(given as never)).toThrow(TypeError)
  })

  it('may all be undefined', () => {
    createTestBrowser({ fetch: undefined, origin: undefined, startTime: undefined, patience: undefined })
  })

  it('are followed by checks of what its functions are given', async () => {
    const browser = createTestBrowser()
    await expect(browser.advance(-1)).rejects.toThrow(
      '"duration" must be a number of milliseconds, 0 or more',
    )
    await expect(browser.advance('5' as never)).rejects.toThrow(TypeError)
    await expect(browser.until(Promise.resolve(), NaN)).rejects.toThrow('"within" must be')
    expect(() => browser.sleep(-1)).toThrow('"duration" must be')
    expect(() => browser.shiftWallClock(Infinity)).toThrow('"change" must be')
    expect(() => browser.loseAnswers(1.5)).toThrow('"count" must be')
    expect(() => browser.openTab().createSession({} as never)).toThrow('option "refresh"')
  })
})

describe('what is left over in a test browser', () => {
  it('is nothing that would keep a process alive', async () => {
    const ports = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    const before = ports()
    const { browser } = await startApp()
    await browser.advance(20 * minute)
    await vi.waitFor(() => expect(ports()).toBeLessThanOrEqual(before))
  })

  it('is shown while a session lives, and is nothing after it has been disposed of', async () => {
    const { browser, session } = await startApp()
    expect(browser.leftovers()).toMatchObject({ timers: 1, channels: 1, locks: 0, requests: 0 })
    expect(browser.leftovers().listeners).toBeGreaterThan(0)
    session.dispose()
    await browser.settle()
    expect(browser.leftovers()).toEqual({ timers: 0, listeners: 0, locks: 0, channels: 0, requests: 0 })
  })

  it('counts requests under way and the lock of a refresh', async () => {
    const browser = createTestBrowser({ fetch: () => new Promise(() => {}), patience: 0 })
    browser.openTab().createSession(options)
    await browser.advance(1000)
    expect(browser.leftovers()).toMatchObject({ locks: 1, requests: 1 })
  })

  it('is nothing of a tab that is gone', async () => {
    const { browser, tab } = await startApp()
    tab.close()
    await browser.settle()
    expect(browser.leftovers()).toEqual({ timers: 0, listeners: 0, locks: 0, channels: 0, requests: 0 })
    expect(() => tab.createSession(options)).toThrow('this tab has been closed')
  })
})
