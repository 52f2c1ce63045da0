import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startHousekeeping } from '../../demo/server/host/housekeeping.ts'
import { resolveSettings } from '../../demo/server/settings.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { createSite, demo, meets, type Site } from './app-with.ts'
import { day, minute, second, stores } from './backend.ts'

const hour = 60 * minute
const keyLifetime = 30 * day
/** Of an access token, with the tolerance, and twice the time in which an instance hears of a rotation. */
const retirement = 15 * minute + 5 * second + 2 * minute

interface Housekeeper {
  /** Lets time pass and waits for what it is time for then. */
  pass(ms: number): Promise<void>
  stop(): void
  errors: Error[]
}

/** The clock and the timers of a site go together; what they start is awaited. */
async function keepHouse(site: Site): Promise<Housekeeper> {
  const { clock, errors } = site
  let underWay: Promise<unknown>[] = []
  const watch = <T>(work: Promise<T>): Promise<T> => {
    underWay.push(work.catch(() => undefined))
    return work
  }
  const rest = async () => {
    while (underWay.length > 0) {
      const current = underWay
      underWay = []
      await Promise.all(current)
      // What follows in the same work has begun by then.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const store: Store = {
    ...site.store,
    read: (work) => watch(site.store.read(work)),
    write: (work) => watch(site.store.write(work)),
  }
  const keys = {
    ...site.keys,
    reload: () => watch(site.keys.reload()),
    rotate: () => watch(site.keys.rotate()),
    removeRetired: (before: number) => watch(site.keys.removeRetired(before)),
  }
  const stop = startHousekeeping({
    store,
    keys,
    clock: () => clock.now,
    settings: resolveSettings({}),
    keyLifetime,
    onError: (error) => void errors.push(error),
  })
  onTestFinished(stop)
  await rest()
  return {
    stop,
    errors,
    async pass(ms) {
      clock.advance(ms)
      vi.advanceTimersByTime(ms)
      await rest()
    },
  }
}

const statesOf = async ({ store }: Site) => {
  const rows = await store.read((records) => records.listSigningKeys())
  const states = rows.map(({ activatedAt, retiredAt }) =>
    retiredAt === null ? (activatedAt === null ? 'next' : 'active') : 'retired',
  )
  return states.toSorted()
}

beforeEach(() => {
  onTestFinished(() => void vi.useRealTimers())
})

const fakeTimers = () => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

describe.each(stores)('the housekeeping with the $kind store', ({ create }) => {
  it('rotates the keys when the active one has signed for so long, and not before', async () => {
    const site = await createSite(create())
    fakeTimers()
    const { pass } = await keepHouse(site)
    expect(await statesOf(site)).toEqual(['active', 'next'])
    site.clock.advance(keyLifetime - minute - 1)
    await pass(minute)
    expect(await statesOf(site)).toEqual(['active', 'next'])
    site.clock.advance(1)
    await pass(0)
    await pass(minute)
    expect(await statesOf(site)).toEqual(['active', 'next', 'retired'])
    // The next one has its whole time, too.
    await pass(minute)
    expect(await statesOf(site)).toEqual(['active', 'next', 'retired'])
    expect((await site.events()).filter((event) => event === 'key_rotated')).toHaveLength(1)
  })

  it('rotates once on two instances that find the key too old at one moment', async () => {
    const store = await create()
    const [here, there] = [await createSite(store), await createSite(store)]
    for (const { clock } of [here, there]) clock.advance(keyLifetime)
    fakeTimers()
    const keepers = await Promise.all([keepHouse(here), keepHouse(there)])
    expect(await statesOf(here)).toEqual(['active', 'next', 'retired'])
    await Promise.all(keepers.map(({ pass }) => pass(minute)))
    expect(here.keys.jwks()).toEqual(there.keys.jwks())
    expect(here.errors).toEqual([])
  })

  it('removes a retired key once no living token can be signed with it', async () => {
    const store = await create()
    const [site, unaware] = [await createSite(store), await createSite(store)]
    await site.keys.rotate()
    fakeTimers()
    const { pass } = await keepHouse(site)
    // Another instance may go on with the old key for as long as it takes to hear of the new one.
    unaware.clock.advance(2 * minute)
    const { access_token: last } = await unaware.visitor().login()
    await pass(minute)
    const reader = site.visitor()
    site.clock.advance(retirement - 2 * minute)
    await pass(minute)
    expect(site.clock.now - site.keys.activeSince()).toBe(retirement)
    expect(await statesOf(site)).toEqual(['active', 'next', 'retired'])
    site.clock.advance(-1)
    expect(await meets(reader, last)).toBe(200)
    site.clock.advance(1)
    expect((await reader.call('GET', '/api/me', last)).body.code).toBe('token_expired')
    await pass(minute)
    expect(await statesOf(site)).toEqual(['active', 'next'])
  })

  it('hears of the rotations of others within a minute', async () => {
    const store = await create()
    const [here, there] = [await createSite(store), await createSite(store)]
    fakeTimers()
    const { pass } = await keepHouse(here)
    await there.keys.rotate()
    expect(here.keys.jwks()).not.toEqual(there.keys.jwks())
    await pass(minute)
    expect(here.keys.jwks()).toEqual(there.keys.jwks())
  })

  it('sweeps at once and every hour what nobody needs any more', async () => {
    const site = await createSite(create())
    const { clock, visitor, store, events } = site
    const [gone, page] = [visitor(), visitor()]
    const { session } = await gone.login()
    await page.login()
    await gone.post('/auth/logout')
    const coming = site.nextMail()
    await page.post('/auth/password/reset-request', { email: demo.email })
    const { token } = await coming
    const find = () => store.read((records) => records.findSession(session.id))
    fakeTimers()
    // A day after its end a session is still known: a token of it may turn up.
    clock.advance(day)
    const { pass } = await keepHouse(site)
    expect(await find()).toBeDefined()
    await pass(hour - 1)
    expect(await find()).toBeDefined()
    await pass(1)
    expect(await find()).toBeUndefined()
    expect((await gone.post('/auth/password/reset', { token, password: 'another horse' })).status).toBe(400)
    expect((await page.refresh()).status).toBe(200)

    const before = await events()
    expect(before.slice(0, 3)).toEqual(['login_succeeded', 'login_succeeded', 'logout'])
    clock.advance(89 * day - 2 * hour)
    await pass(hour)
    expect((await events()).slice(0, 3)).toEqual(before.slice(0, 3))
    clock.advance(-hour + 1)
    await pass(hour)
    expect(await events()).not.toContain('logout')
  })
})

describe('the housekeeping', () => {
  it('tells of trouble and tries again, and tells nothing once stopped', async () => {
    const site = await createSite(stores[0]!.create())
    fakeTimers()
    const { pass, errors, stop } = await keepHouse(site)
    expect(vi.getTimerCount()).toBe(2)
    const trouble = new Error('busy')
    const reload = vi.spyOn(site.keys, 'reload').mockRejectedValueOnce(trouble)
    await pass(minute)
    expect(errors).toEqual([trouble])
    await pass(minute)
    expect(reload).toHaveBeenCalledTimes(2)
    expect(errors).toEqual([trouble])

    reload.mockRejectedValueOnce(new Error('closed'))
    const last = pass(minute)
    stop()
    await last
    expect(errors).toEqual([trouble])
    expect(vi.getTimerCount()).toBe(0)
  })
})
