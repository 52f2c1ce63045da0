import { describe, expect, it } from 'vitest'
import { createApp } from '../../demo/server/app.ts'
import { watchClockSteps } from '../../demo/server/session/clock-steps.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createBackend, minute, second, stores } from './backend.ts'

const grace = 10 * second

describe.each(stores)('refreshes on both sides of a moment, with the $kind store', ({ create }) => {
  it('end with one successor when the answer given last was given just before the grace ended', async () => {
    const { browser, clock, events } = await createBackend(create())
    const page = browser()
    await page.login()
    clock.advance(minute)
    const [lost, early, late] = [page.copy(), page.copy(), page.copy()]
    await lost.refresh()
    clock.advance(grace - 1)
    await early.refresh()
    clock.advance(1)
    await late.refresh()
    // Whichever of the two answers reaches the cookie last, it is the same.
    expect(late.held()).toBe(early.held())
    clock.advance(minute)
    expect((await early.refresh()).status).toBe(200)
    expect(await events()).not.toContain('refresh_reused')
  })

  it.each([
    ['presented before the grace ended', 9000, 600, 500],
    ['presented after it', 9500, 540, 150],
  ])(
    'sign nobody out when an answer was lost, the next came late, and its token was %s',
    async (_case, ...pauses) => {
      const [untilNext, untilPresented, untilDuplicate] = pauses
      const { browser, clock } = await createBackend(create())
      const page = browser()
      await page.login()
      clock.advance(minute)
      const [lost, duplicate] = [page.copy(), page.copy()]
      await lost.refresh()
      clock.advance(untilNext)
      await page.refresh()
      clock.advance(untilPresented)
      expect(await page.refresh()).toMatchObject({ status: 200, cookies: [] })
      clock.advance(untilDuplicate)
      expect((await duplicate.refresh()).status).toBe(200)
      expect(duplicate.held()).toBe(page.held())
      clock.advance(minute)
      expect((await page.refresh()).cookies).toHaveLength(2)
    },
  )

  it('give a thief no more than a minute of grace, however often he asks', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    await page.login()
    clock.advance(minute)
    const thief = page.copy()
    const stolen = thief.held()
    await page.refresh()
    const statuses: number[] = []
    for (let time = 0; time < 60; time += 5) {
      await page.refresh()
      clock.advance(5 * second)
      thief.jar.set('__Host-sr_rt', stolen)
      statuses.push((await thief.refresh()).status)
    }
    expect(statuses).toEqual([...Array(11).fill(200), 401])
    expect((await page.refresh()).status).toBe(401)
  })

  it('sign nobody out when the clock is set forward between them', async () => {
    const store = await create()
    const { browser, keys, clock, events } = await createBackend(store)
    const wall = { ahead: 0 }
    const app = createApp({
      store,
      keys,
      passwords: createPbkdf2Hasher({ iterations: 1 }),
      clock: () => clock.now + wall.ahead,
      monotonic: () => clock.now,
    })
    const page = browser('https://app.example', app)
    await page.login()
    clock.advance(minute)
    const [first, other, thief] = [page.copy(), page.copy(), page.copy()]
    await first.refresh()
    wall.ahead += 2 * minute
    await other.refresh()
    expect(other.held()).toBe(first.held())
    // Kept, because it is young: from now on it is known to have arrived.
    expect((await first.refresh()).cookies).toEqual([])
    expect((await page.refresh()).status).toBe(200)
    expect(await events()).not.toContain('refresh_sibling')

    clock.advance(minute)
    expect(await thief.refresh()).toMatchObject({ status: 401, body: { code: 'refresh_reused' } })
  })
})

describe('a watch on the clock', () => {
  function watch() {
    const time = { wall: 1e12, running: 5000 }
    const step = watchClockSteps(
      () => time.wall,
      () => time.running,
      grace,
    )
    return {
      step,
      pass(ms: number) {
        time.wall += ms
        time.running += ms
      },
      set(ms: number) {
        time.wall += ms
      },
    }
  }

  it('sees no step where time just passes, or drifts', () => {
    const { step, pass, set } = watch()
    for (const ms of [1, 1000, minute, 60 * minute]) {
      pass(ms)
      set(10)
      expect(step()).toBe(0)
    }
  })

  it('knows a step forward for as long as it was told, and then forgets it', () => {
    const { step, pass, set } = watch()
    set(2 * minute)
    expect(step()).toBe(2 * minute)
    pass(grace - 1)
    expect(step()).toBe(2 * minute)
    pass(1)
    expect(step()).toBe(0)
  })

  it('adds up the steps of one period, up to five minutes', () => {
    const { step, pass, set } = watch()
    set(minute)
    expect(step()).toBe(minute)
    pass(second)
    set(minute)
    expect(step()).toBe(2 * minute)
    set(100 * minute)
    expect(step()).toBe(5 * minute)
  })

  it('takes no notice of a step back: nobody looks late then', () => {
    const { step, set } = watch()
    set(-2 * minute)
    expect(step()).toBe(0)
    set(2 * minute)
    expect(step()).toBe(2 * minute)
  })
})
