import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { type Random, systemRandom } from '../../demo/server/ambient.ts'
import type { Settings } from '../../demo/server/settings.ts'
import { createSite, type Visitor } from './app-with.ts'
import { day, minute, second, stores } from './backend.ts'

const create = stores[0]!.create

/** The dice of the jitter are two bytes; the rest stays random, or two tokens would be the same. */
function throwing(...bytes: [number, number]): Random {
  return (length) => (length === 2 ? new Uint8Array(bytes) : systemRandom(length))
}

async function visit(settings: Partial<Settings>, random: Random = systemRandom): Promise<Visitor> {
  const { visitor } = await createSite(create(), { settings: { lifetimeJitter: 0.05, ...settings }, random })
  return visitor()
}

/** In milliseconds, as the answer tells; the token itself has to tell the same. */
async function lifeOf(visitor: Visitor): Promise<number> {
  const { access_token: token, expires_in: expiresIn } = await visitor.login()
  const { exp = 0, iat = 0 } = decodeJwt(token)
  expect(exp - iat).toBeCloseTo(expiresIn, 3)
  return expiresIn * 1000
}

describe('the life of an access token', () => {
  it('is between 95 % and all of what was set, and not always the same', async () => {
    const visitor = await visit({})
    const lives = new Set<number>()
    for (let count = 0; count < 100; count++) {
      const life = await lifeOf(visitor)
      expect(life).toBeGreaterThanOrEqual(15 * minute * 0.95)
      expect(life).toBeLessThanOrEqual(15 * minute)
      // Many a client reads whole seconds.
      expect(life % second).toBe(0)
      lives.add(life)
    }
    expect(lives.size).toBeGreaterThan(10)
  })

  it.each([
    ['15 minutes', 15 * minute],
    ['a minute', minute],
    ['a minute and a bit', minute + 1],
    ['90.5 seconds', 90_500],
    ['an hour and a fraction', 60 * minute + 1.5],
  ])('of %s is never longer, and hardly shorter, whatever the dice show', async (_name, life) => {
    for (const dice of [throwing(0, 0), throwing(255, 255), throwing(128, 0)]) {
      const given = await lifeOf(await visit({ accessTokenLifetime: life }, dice))
      expect(given).toBeLessThanOrEqual(life)
      expect(given).toBeGreaterThanOrEqual(life * 0.95)
    }
  })

  it.each([1500, 2 * second, 59_999])('of %i ms, under a minute, is exact', async (life) => {
    const visitor = await visit({ accessTokenLifetime: life }, throwing(255, 255))
    expect(await lifeOf(visitor)).toBe(life)
  })

  it('is exact without jitter', async () => {
    const visitor = await visit({ lifetimeJitter: 0 }, throwing(255, 255))
    expect(await lifeOf(visitor)).toBe(15 * minute)
  })

  it('is as much shorter as was set', async () => {
    const visitor = await visit({ lifetimeJitter: 0.5 }, throwing(255, 255))
    expect(await lifeOf(visitor)).toBe(7.5 * minute + second)
  })

  it('never outlasts the session', async () => {
    const settings = { lifetimeJitter: 0.05, absoluteLifetime: 10 * minute, idleLifetime: day }
    const { visitor, clock } = await createSite(create(), { settings })
    const page = visitor()
    const { session } = await page.login()
    clock.advance(9.5 * minute)
    const { body } = await page.refresh()
    expect(body.expires_in).toBe(30)
    expect(decodeJwt(body.access_token).exp).toBe(session.expires_at)
  })
})
