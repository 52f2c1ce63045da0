import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCookieNote } from '../../src/session/cookie-note.ts'
import { createWorld } from '../helpers/world.ts'
import { patience, seed, tries } from './seed.ts'

const scope = 'silent-refresh::https://app.test/auth/refresh'
const keys = [
  `${scope}:session`,
  `${scope}:call`,
  `${scope}:call:hint-may-stay`,
  `${scope}:tab:tab-9`,
  `${scope}:turn`,
]

const field = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(0, -1, 1e308, 2 ** 53, 1.5, '', 'x', null, true, [], {}, Date.UTC(2026, 0, 1)),
)
const known = ['stamp', 'turn', 'login', 'gen', 'end', 'expiresAt', 'by', 'at', 'hint', '__proto__', 'token']
const note = fc.dictionary(
  fc.constantFrom(...known),
  fc.oneof(field, fc.dictionary(fc.constantFrom(...known), field)),
)
const text = fc.oneof(
  note.map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('', 'null', '{', '[]', '['.repeat(1e5), '"', '1e999', '{"at":1e999,"gen":1}', 'undefined'),
)
const cookie = fc.oneof(text, fc.constantFrom(undefined, '%', '%E0%A4%A', '0.0.0', '9.9.9'))

describe(`what the storage holds at random (FUZZ_SEED=${seed})`, patience, () => {
  it('keeps nobody from a numbered turn, nor waiting for longer than an answer may take', () =>
    fc.assert(
      fc.asyncProperty(text, cookie, fc.nat({ max: 1e6 }), async (written, hint, gen) => {
        const { environment, clock, page, browser } = createWorld()
        browser.stored.set(keys[1] as string, written)
        page.cookie = { sr_hint: hint }
        const { storage, createId } = environment
        const parts = {
          storage,
          key: keys[1] as string,
          clock,
          page: environment.page,
          hintCookie: 'sr_hint',
        }
        const given = createCookieNote({ ...parts, createId, timeout: 8000 })
        expect(given.isBusy()).toBeTypeOf('boolean')
        const patience = given.patience()
        if (patience !== undefined) expect(patience).toBeLessThanOrEqual(11_000)
        let isOver = false
        const waited = given.afterOrphan(new AbortController().signal).then(() => {
          isOver = true
        })
        await clock.advance(8100)
        expect(isOver).toBe(true)
        await waited
        const noted = given.begin(gen)
        expect(noted.gen).toBeGreaterThan(gen)
        expect(noted.isThere()).toBe(true)
        noted.end()
        expect(given.present()).toBeUndefined()
      }),
      tries(100),
    ))

  it('keeps no page from finding its session, and throws nothing', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...keys), text), { maxLength: 4 }),
        cookie,
        async (stored, hint) => {
          const { open, clock, browser, page, reported, server } = createWorld()
          for (const [key, value] of stored) browser.stored.set(key, value)
          page.cookie = { sr_hint: hint }
          const { session } = open()
          await clock.advance(30_000)
          expect(session.getSnapshot().status).toBe('authenticated')
          expect([reported, server.refreshes.length > 0]).toEqual([[], true])
          session.dispose()
          await clock.advance(1000)
        },
      ),
      tries(60),
    ))
})
