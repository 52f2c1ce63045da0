import { describe, expect, it } from 'vitest'
import { createLimiter, noLimiter } from '../../demo/server/session/limiter.ts'
import { limits } from '../../demo/server/session/limits.ts'

const limit = { burst: 5, window: 1000 }

function createTimed() {
  const clock = { now: 1_000_000 }
  const limiter = createLimiter(() => clock.now)
  const takeAll = (key: string, count: number) =>
    Array.from({ length: count }, () => limiter.take(key, limit))
  return { clock, limiter, takeAll }
}

describe('a limiter', () => {
  it('gives a burst and then tells how long to wait', () => {
    const { takeAll } = createTimed()
    expect(takeAll('a', 7)).toEqual([0, 0, 0, 0, 0, 200, 200])
  })

  it('gives one more exactly when it said', () => {
    const { clock, takeAll } = createTimed()
    takeAll('a', 5)
    clock.now += 198
    expect(takeAll('a', 1)[0]).toBeGreaterThan(0)
    clock.now += 2
    expect(takeAll('a', 2)).toEqual([0, 200])
  })

  it.each(Object.entries(limits))(
    'keeps its word about the limit %s, whenever it is asked',
    (_name, given) => {
      const { clock, limiter } = createTimed()
      const takeOut = () => {
        for (let count = 0; count <= given.burst; count++) {
          const wait = limiter.take('a', given)
          if (wait > 0) return wait
        }
        throw new Error('there was no end')
      }
      for (let step = 1; step < 300; step++) {
        const wait = takeOut()
        clock.now += Math.min(wait - 1, step * 7)
        clock.now += limiter.take('a', given)
        expect(limiter.take('a', given)).toBe(0)
      }
    },
  )

  it('does not make those wait longer who ask in vain', () => {
    const { clock, takeAll } = createTimed()
    takeAll('a', 5)
    for (let step = 0; step < 19; step++) {
      clock.now += 10
      const waits = takeAll('a', 3)
      expect(new Set(waits).size).toBe(1)
      // Rounded up, whatever a fraction of a taken one has become.
      expect([190 - step * 10, 191 - step * 10]).toContain(waits[0])
    }
    clock.now += 10
    expect(takeAll('a', 1)).toEqual([0])
  })

  it('gives the whole burst again after the window, and never more', () => {
    const { clock, takeAll } = createTimed()
    takeAll('a', 5)
    clock.now += 1000
    expect(takeAll('a', 6)).toEqual([0, 0, 0, 0, 0, 200])
    clock.now += 1e9
    expect(takeAll('a', 6)).toEqual([0, 0, 0, 0, 0, 200])
  })

  it('never answers a wait that is no time at all, whatever the fractions', () => {
    const clock = { now: 0 }
    const limiter = createLimiter(() => clock.now)
    const odd = { burst: 3, window: 1000 }
    let given = 0
    for (; clock.now < 10_000; clock.now += 1) {
      const wait = limiter.take('a', odd)
      if (wait === 0) given += 1
      else expect(Number.isInteger(wait) && wait >= 1 && wait <= 334).toBe(true)
    }
    // The burst, and one each third of a second.
    expect(given).toBeGreaterThanOrEqual(32)
    expect(given).toBeLessThanOrEqual(33)
  })

  it('counts each key alone', () => {
    const { takeAll } = createTimed()
    takeAll('a', 5)
    expect(takeAll('b', 6)).toEqual([0, 0, 0, 0, 0, 200])
    expect(takeAll('__proto__', 6)).toEqual([0, 0, 0, 0, 0, 200])
  })

  it('takes back what turned out not to count, up to the burst', () => {
    const { limiter, takeAll } = createTimed()
    takeAll('a', 5)
    limiter.giveBack('a', limit)
    expect(takeAll('a', 2)).toEqual([0, 200])
    for (let count = 0; count < 9; count++) limiter.giveBack('a', limit)
    expect(takeAll('a', 6)).toEqual([0, 0, 0, 0, 0, 200])
    limiter.giveBack('never taken', limit)
    expect(takeAll('never taken', 6)).toEqual([0, 0, 0, 0, 0, 200])
  })

  it('forgets a key as if nothing had been taken, and no other', () => {
    const { limiter, takeAll } = createTimed()
    for (const key of ['a', 'b']) takeAll(key, 5)
    limiter.forget('a')
    limiter.forget('never taken')
    expect(takeAll('a', 6)).toEqual([0, 0, 0, 0, 0, 200])
    expect(takeAll('b', 1)).toEqual([200])
  })

  it('takes nothing away when the clock is set back, and gives nothing extra when it is right again', () => {
    const { clock, takeAll } = createTimed()
    takeAll('a', 4)
    clock.now -= 500_000
    expect(takeAll('a', 2)).toEqual([0, 200])
    clock.now += 200
    expect(takeAll('a', 2)).toEqual([0, 200])
  })

  it('gives two limits of one key their own burst', () => {
    const { limiter, takeAll } = createTimed()
    takeAll('a', 5)
    expect(limiter.take('a', { burst: 1, window: 500 })).toBe(500)
  })

  it('holds a bounded number of keys, and forgets those that nobody used for longest', () => {
    const { limiter, takeAll } = createTimed()
    takeAll('first', 5)
    for (let count = 0; count < 30_000; count++) limiter.take(`flood ${count}`, limit)
    takeAll('later', 5)
    for (let count = 0; count < 30_000; count++) limiter.take(`second flood ${count}`, limit)
    expect(takeAll('first', 1)).toEqual([0])
    expect(takeAll('later', 1)).toEqual([200])
  })

  it('forgets those that are full again before any other', () => {
    const { clock, limiter, takeAll } = createTimed()
    const long = { burst: 5, window: 1e6 }
    for (let count = 0; count < 5; count++) limiter.take('locked', long)
    for (let count = 0; count < 49_000; count++) limiter.take(`flood ${count}`, limit)
    clock.now += 1000
    for (let count = 0; count < 40_000; count++) limiter.take(`second flood ${count}`, limit)
    expect(limiter.take('locked', long)).toBeGreaterThan(0)
    expect(takeAll('flood 0', 6)).toEqual([0, 0, 0, 0, 0, 200])
  })
})

it('no limiter never makes anybody wait', () => {
  const answers = Array.from({ length: 100 }, () => noLimiter.take('a', limit))
  expect(new Set(answers)).toEqual(new Set([0]))
  expect(noLimiter.giveBack('a', limit)).toBeUndefined()
})
