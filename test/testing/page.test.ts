import { describe, expect, it } from 'vitest'
import { createHost } from '../../src/testing/host.ts'
import { createTab } from '../../src/testing/tab.ts'
import { createFakeClock } from '../helpers/fake-clock.ts'

function openTabs() {
  const clock = createFakeClock()
  const host = createHost({
    clock,
    cookie: {},
    origin: 'https://app.test',
    network: async () => new Response(),
    reportError() {},
  })
  return { clock, host, one: createTab(host), two: createTab(host) }
}

describe('a page of a test browser', () => {
  it('that is frozen gets what it has missed once, and in order', async () => {
    const { clock, one } = openTabs()
    const seen: number[] = []
    one.freeze()
    for (const number of [1, 2]) one.environment.clock.startTimer(() => seen.push(number), number)
    await clock.advance(10)
    expect(seen).toEqual([])
    for (let time = 0; time < 2; time++) {
      one.thaw()
      await clock.advance(10)
      one.freeze()
    }
    expect(seen).toEqual([1, 2])
  })

  it('sends nothing any more once it has crashed', async () => {
    const { clock, host } = openTabs()
    const sent: unknown[] = []
    const tab = createTab({ ...host, network: async (input) => new Response(String(sent.push(input))) })
    tab.crash()
    tab.environment.fetch('/auth/refresh')
    await clock.advance(10)
    expect(sent).toEqual([])
  })

  it('does not get a timer that it stops before it has thawed', async () => {
    const { clock, one } = openTabs()
    const seen: string[] = []
    const stop = one.environment.clock.startTimer(() => seen.push('stopped'), 5)
    one.freeze()
    await clock.advance(10)
    stop()
    one.thaw()
    await clock.advance(10)
    expect(seen).toEqual([])
  })

  it('has a monotonic clock of its own, and the wall clock of all', async () => {
    const { clock, host, one } = openTabs()
    await clock.advance(500)
    const late = createTab(host).environment.clock.now()
    expect(late.monotonic).toBe(0)
    expect(one.environment.clock.now()).toEqual({ monotonic: 500, wall: late.wall })
  })

  it('is heard by others in the order in which it speaks, and not by itself', async () => {
    const { clock, host, one, two } = openTabs()
    const heard: unknown[] = []
    const own: unknown[] = []
    two.environment.openChannel?.('news', (message) => heard.push(message))
    two.environment.openChannel?.('other', (message) => heard.push(message))
    const channel = one.environment.openChannel?.('news', (message) => own.push(message))
    host.latency = () => 300
    channel?.post({ first: true })
    host.latency = () => 2
    channel?.post({ second: true })
    await clock.advance(300)
    expect([heard, own]).toEqual([[{ first: true }, { second: true }], []])
  })

  it('fires at once what no timer of a browser can hold', async () => {
    const { clock, one } = openTabs()
    const seen: number[] = []
    for (const delay of [2 ** 31, -5, NaN, 2 ** 31 - 1])
      one.environment.clock.startTimer(() => seen.push(delay), delay)
    await clock.advance(0)
    expect(seen).toEqual([2 ** 31, -5, NaN])
  })

  it('leaves nothing to itself when it is gone', async () => {
    const { clock, host, one } = openTabs()
    one.environment.openChannel?.('news', () => {})
    one.environment.clock.startTimer(() => {}, 1000)
    one.crash()
    expect([clock.timers, one.channels, host.tabs.size]).toEqual([0, 0, 1])
  })
})
