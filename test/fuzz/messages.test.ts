import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNews, readTabMessage } from '../../src/session/tab-message.ts'
import { createWorld } from '../helpers/world.ts'
import { patience, seed, tries } from './seed.ts'

const cloneable = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  maxDepth: 3,
})

const stamp = { turn: 4e15, login: 'another', gen: 7 }
const token = { value: 'another.tabs.token', subject: 'eve', lifetime: 60_000, age: 0, at: 1, isFresh: true }
const failed = { type: 'failed', message: 'The refresh endpoint answered 503.', retryAfter: 1000 }

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** What each field may be, written down once more, and by itself. */
const isIn = (value: unknown, ...list: unknown[]) => list.includes(value)
const isAmount = (value: unknown) => typeof value === 'number' && value >= 0 && value < 2 ** 53
const isCount = (value: unknown) => isAmount(value) && (value as number) % 1 === 0
const isName = (value: unknown) => typeof value === 'string' && value.length <= 200
const fields: Record<string, (value: unknown) => boolean> = {
  type: (value) => isIn(value, 'session'),
  end: (value) => isIn(value, undefined, 'none', 'expired', 'signed_out', 'signed_out_elsewhere', 'replaced'),
  'stamp.turn': isCount,
  'stamp.login': isName,
  'stamp.gen': isCount,
  'token.value': (value) => typeof value === 'string' && /^[!-~]*$/.test(value),
  'token.subject': (value) => value === undefined || typeof value === 'string',
  'token.lifetime': (value) => value === undefined || isAmount(value),
  'token.age': isAmount,
  'token.at': isAmount,
}

/** A message of ours in which one field is what another version, or a fault, has made of it. */
const foreign = fc
  .tuple(
    fc.constantFrom(...Object.keys(fields)),
    fc.oneof(
      cloneable,
      fc.constantFrom<unknown>(
        -1,
        0.5,
        NaN,
        Infinity,
        2 ** 53,
        '7',
        'x'.repeat(201),
        'a b',
        'hello',
        'disposed',
        null,
      ),
    ),
  )
  .filter(([field, value]) => !fields[field]?.(value))
  .map(([field, value]) => {
    const message: Fields = { type: 'session', stamp: { ...stamp }, token: { ...token } }
    const [first = '', second] = field.split('.')
    if (second === undefined) message[first] = value
    else (message[first] as Fields)[second] = value
    return message
  })

const without = fc
  .constantFrom('stamp', 'type')
  .map((field) => ({ type: 'session', stamp, token, [field]: undefined }))
const inherited = fc.constantFrom<unknown>(
  Object.create({ type: 'session', stamp, token }),
  { type: 'session', stamp: Object.create(stamp), token },
  JSON.parse('{"__proto__":{"type":"session"}}'),
  [['type', 'session']],
)
const other = fc.oneof(
  fc.record({ type: fc.oneof(fc.string(), cloneable), data: cloneable }),
  fc.record({ type: fc.constant('failed'), message: cloneable.filter((value) => typeof value !== 'string') }),
  fc.constant({ ...failed, message: 'x'.repeat(201) }),
)
const strange = fc.oneof(cloneable, foreign, without, inherited, other)

/** Messages that are not of ours, `hello` excepted: anybody may ask. */
const isNone = (value: unknown) =>
  !(isFields(value) && Object.hasOwn(value, 'type') && value.type === 'hello')

describe(`what is said between tabs at random (FUZZ_SEED=${seed})`, patience, () => {
  it('is taken for nothing unless each of its fields is as it has to be', () => {
    fc.assert(
      fc.property(strange.filter(isNone), (message) => {
        const read = readTabMessage(message)
        if (isFields(message) && message.type === 'failed' && read) expect(isName(read.type)).toBe(true)
        else expect(read).toBeUndefined()
      }),
      tries(5000),
    )
  })

  it('is read from own fields only, and nothing else comes along', () => {
    const extra = fc.dictionary(fc.string(), cloneable)
    fc.assert(
      fc.property(extra, extra, (more, evenMore) => {
        const message = { ...more, type: 'session', end: undefined, stamp: { ...evenMore, ...stamp }, token }
        expect(readTabMessage(message)).toEqual({ type: 'session', end: undefined, stamp, token })
        expect(readNews(structuredClone(message))).toEqual({ type: 'session', end: undefined, stamp, token })
      }),
      tries(300),
    )
  })

  it('changes no session, and disturbs none, if it is none of ours', async () => {
    const world = createWorld()
    const { clock, server, reported } = world
    server.lifetime = 1e9
    const { session, events } = await world.openSignedIn()
    const held = await session.getAccessToken()
    const stranger = world.newTab()
    await clock.advance(1000)
    const before = session.getSnapshot()
    const channel = stranger.environment.openChannel?.(
      'silent-refresh::https://app.test/auth/refresh',
      () => {},
    )
    const sent = { count: 0 }
    fc.assert(
      fc.property(strange.filter(isNone), (message) => {
        try {
          channel?.post(message)
          sent.count++
        } catch (error) {
          // What cannot be cloned cannot be said.
          expect(error).toMatchObject({ name: 'DataCloneError' })
        }
      }),
      tries(1000),
    )
    expect(sent.count).toBeGreaterThan(500)
    await clock.advance(5000)
    expect(session.getSnapshot()).toBe(before)
    expect([events, reported, await session.getAccessToken()]).toEqual([[], [], held])
    // It was heard all the same: the channel is the right one.
    channel?.post({ type: 'session', stamp, end: 'signed_out', token: undefined })
    await clock.advance(1000)
    expect(session.getSnapshot().reason).toBe('signed_out_elsewhere')
  })
})
