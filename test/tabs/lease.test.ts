import { describe, expect, it } from 'vitest'
import type { LockOptions } from '../../src/session/environment.ts'
import { createLease } from '../../src/session/lease.ts'
import { createCountedSignal } from '../helpers/counted-signal.ts'
import { createFakeClock } from '../helpers/fake-clock.ts'
import { track } from '../helpers/track.ts'

/** A browser without Web Locks, whose tabs share a storage. */
function createPages() {
  const clock = createFakeClock()
  const stored = new Map<string, string>()
  const storage = {
    read: (key: string) => stored.get(key),
    write(key: string, text: string) {
      stored.set(key, text)
    },
    remove(key: string) {
      stored.delete(key)
    },
    keys: () => [...stored.keys()],
    subscribe: () => () => {},
  }

  function openTab(id: string, dice = 0) {
    const locks = createLease({ storage, clock, random: () => dice, id })
    /** Asks for a lock, and holds it until told to let go. */
    return (options: LockOptions = {}, name = 'cookie') => {
      let letGo = () => {}
      const granted: boolean[] = []
      const asked = track(
        locks.request(name, options, (isGranted) => {
          granted.push(isGranted)
          return new Promise<void>((resolve) => {
            letGo = resolve
          })
        }),
      )
      return { asked, granted, letGo: () => letGo() }
    }
  }
  return { clock, stored, openTab }
}

describe('a lock in a page without Web Locks', () => {
  it('is granted after a moment in which others may object, longer for who throws higher', async () => {
    const { clock, openTab } = createPages()
    const low = openTab('a')({}, 'one')
    const high = openTab('b', 0.8)({}, 'another')
    await clock.advance(49)
    expect([low.granted, high.granted]).toEqual([[], []])
    await clock.advance(1)
    expect([low.granted, high.granted]).toEqual([[true], []])
    await clock.advance(39)
    expect(high.granted).toEqual([])
    await clock.advance(1)
    expect(high.granted).toEqual([true])
  })

  it('is for one tab at a time', async () => {
    const { clock, openTab, stored } = createPages()
    const first = openTab('a')()
    await clock.advance(100)
    const second = openTab('b')()
    await clock.advance(5000)
    expect([first.granted, second.granted]).toEqual([[true], []])
    first.letGo()
    await clock.advance(0)
    expect(first.asked.state).toBe('resolved')
    await clock.advance(200)
    expect(second.granted).toEqual([true])
    second.letGo()
    await clock.advance(0)
    expect(stored.size).toBe(0)
  })

  it('is for one request of a tab at a time, too', async () => {
    const { clock, openTab } = createPages()
    const ask = openTab('a')
    const first = ask()
    const second = ask()
    await clock.advance(1000)
    expect([...first.granted, ...second.granted]).toEqual([true])
  })

  it('goes to one of two that take it in the same moment', async () => {
    const { clock, openTab } = createPages()
    const both = [openTab('a', 0.3)(), openTab('b', 0.7)()]
    await clock.advance(1000)
    expect(both.flatMap(({ granted }) => granted)).toEqual([true])
  })

  it('is kept apart from others by its name', async () => {
    const { clock, openTab } = createPages()
    const first = openTab('a')({}, 'one')
    const second = openTab('b')({}, 'another')
    await clock.advance(1000)
    expect([first.granted, second.granted]).toEqual([[true], [true]])
  })

  it('is refused at once to who wants it only if it is free', async () => {
    const { clock, openTab } = createPages()
    const holder = openTab('a')()
    await clock.advance(100)
    const ask = openTab('b')
    const refused = ask({ ifAvailable: true })
    await clock.advance(0)
    expect(refused.granted).toEqual([false])
    holder.letGo()
    await clock.advance(0)
    const granted = ask({ ifAvailable: true })
    await clock.advance(100)
    expect(granted.granted).toEqual([true])
  })

  it('can be taken away; who has lost it leaves the new one alone', async () => {
    const { clock, openTab } = createPages()
    const loser = openTab('a')()
    await clock.advance(100)
    const thief = openTab('b')({ steal: true })
    await clock.advance(100)
    expect(thief.granted).toEqual([true])
    loser.letGo()
    const third = openTab('c')()
    await clock.advance(1000)
    expect(third.granted).toEqual([])
    thief.letGo()
    await clock.advance(1000)
    expect(third.granted).toEqual([true])
  })

  it('is free 15 seconds after a tab that is gone has taken it', async () => {
    const { clock, openTab } = createPages()
    openTab('gone')()
    await clock.advance(50)
    const next = openTab('b')()
    await clock.advance(14_800)
    expect(next.granted).toEqual([])
    await clock.advance(350)
    expect(next.granted).toEqual([true])
  })

  it.each([
    ['no JSON', '{'],
    ['another thing', '1'],
    ['a time that no tab would write', JSON.stringify({ by: 'x', until: 9e15 })],
    ['no time', JSON.stringify({ by: 'x' })],
    ['a time that is over', JSON.stringify({ by: 'x', until: 1 })],
  ])('is free where %s stands in the storage', async (_, text) => {
    const { clock, openTab, stored } = createPages()
    stored.set('cookie:lease', text)
    const { granted } = openTab('a')()
    await clock.advance(50)
    expect(granted).toEqual([true])
  })

  it('is waited for no longer than its caller wants, and nothing is left of that', async () => {
    const { clock, openTab } = createPages()
    const holder = openTab('a')()
    await clock.advance(100)
    const counted = createCountedSignal()
    const { asked, granted } = openTab('b')({ signal: counted.signal })
    await clock.advance(250)
    counted.controller.abort('left')
    await clock.advance(0)
    expect(asked).toMatchObject({ state: 'rejected', error: 'left' })
    holder.letGo()
    await clock.advance(1000)
    expect(granted).toEqual([])
    expect([counted.listening, clock.timers]).toEqual([0, 0])
  })

  it('is given back by who has left while it was taken', async () => {
    const { clock, openTab } = createPages()
    const controller = new AbortController()
    const { asked, granted } = openTab('a')({ signal: controller.signal })
    await clock.advance(20)
    controller.abort('left')
    await clock.advance(30)
    expect([asked.state, granted]).toEqual(['rejected', []])
    const next = openTab('b')()
    await clock.advance(50)
    expect(next.granted).toEqual([true])
  })

  it('is not asked for by who has left before', async () => {
    const { clock, openTab, stored } = createPages()
    const { asked } = openTab('a')({ signal: AbortSignal.abort('left') })
    await clock.advance(0)
    expect(asked).toMatchObject({ state: 'rejected', error: 'left' })
    expect(stored.size).toBe(0)
  })
})
