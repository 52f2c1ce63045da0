import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { checkSessionOptions } from '../../src/session/check-options.ts'
import { isSilentRefreshError } from '../../src/session/errors.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { createWorld } from '../helpers/world.ts'
import { patience, seed, tries } from './seed.ts'

const endpoint = ['url', 'method', 'headers', 'body', 'credentials', 'keepalive', 'csrf']
const names: Record<string, readonly string[]> = {
  '': [
    ...[
      'refresh',
      'signOut',
      'origins',
      'exclude',
      'hasSession',
      'shouldRefresh',
      'csrf',
      'hintCookie',
      'name',
    ],
    ...[
      'shareToken',
      'tokenHeader',
      'scheme',
      'refreshMargin',
      'refreshTimeout',
      'maxWait',
      'unknown',
      '__proto__',
    ],
  ],
  refresh: [...endpoint, 'accessToken', 'expiry', 'lifetime', 'subject', 'refused', 'unknown'],
  signOut: [...endpoint, 'done', 'unknown'],
  csrf: ['header', 'value', 'cookie', 'renewal', 'unknown'],
  shouldRefresh: ['status', 'code', 'unknown'],
}

const likely = fc.constantFrom<unknown>(
  ...[
    '',
    ' ',
    '/',
    '/auth/refresh',
    'https://api.test',
    'https://api.test/',
    'null',
    '*',
    'POST',
    'get',
    'X-Token',
  ],
  ...[
    'Bearer',
    'include',
    'a\nb',
    'data.token',
    '__proto__',
    0,
    -1,
    0.5,
    1,
    1000,
    8000,
    2 ** 31,
    NaN,
    Infinity,
    -0,
  ],
  ...[
    true,
    false,
    null,
    undefined,
    [],
    {},
    [401],
    [0],
    ['/login'],
    [/login/g],
    [''],
    ['https://api.test'],
    new Map(),
  ],
  ...[
    () => undefined,
    () => null,
    async () => 'token',
    Symbol('s'),
    10n,
    /x/,
    new Date(),
    new URL('https://app.test/r'),
  ],
  ...[
    { url: '/auth/refresh' },
    { header: 'X-CSRF', value: '1' },
    { header: 'X-CSRF', cookie: 'c' },
    { path: 'a', unit: 's' },
  ],
  ...[
    { path: 'code', only: ['x'] },
    { status: [401] },
    { url: '/csrf', status: [419] },
    new Proxy({}, {}),
    new Headers(),
  ],
)
/** For each option what it may well be. */
const fitting: Record<string, readonly unknown[]> = {
  refresh: ['/auth/refresh', { url: '/auth/refresh' }, async () => 'a.token'],
  signOut: ['/auth/logout', { url: '/auth/logout', done: [401, 404] }, async () => {}],
  origins: [[], ['https://api.test']],
  exclude: [[], ['/login', /public/]],
  hasSession: [() => false, () => true],
  shouldRefresh: [{ status: [401, 419] }, () => false, {}],
  csrf: [
    { header: 'X-CSRF', value: '1' },
    { header: 'X-CSRF', cookie: 'csrf', renewal: { url: '/csrf', status: [419] } },
  ],
  url: ['/auth/refresh', new URL('https://api.test/refresh')],
  method: ['POST', 'get', 'put'],
  headers: [{}, { 'X-One': '1' }, () => ({ 'X-Two': '2' })],
  body: [null, {}, 'text', [1], () => ({ a: 1 }), new URLSearchParams('a=1')],
  credentials: ['include', 'omit', 'same-origin'],
  accessToken: ['data.token', ['a', 'access_token'], false, () => 'a.token'],
  expiry: [{ path: 'expires_in', unit: 's' }],
  lifetime: [1000, 60_000],
  subject: ['user.id', () => 'me'],
  refused: [[], [400], { status: [401], code: { path: 'code', only: ['x'] } }, () => true],
  done: [[], [404]],
  header: ['X-CSRF'],
  value: ['1', () => 'x', () => null],
  cookie: ['csrf'],
  renewal: [{ url: '/csrf', status: [419] }],
  status: [[401], []],
  code: [{ path: 'code', except: ['x'] }],
  name: ['', 'second'],
  tokenHeader: ['X-Token', 'Authorization'],
  scheme: ['', 'JWT'],
  refreshMargin: [0, 0.5, 1e9],
  refreshTimeout: [1, 8000],
  maxWait: [1, 15_000],
}

const value = fc.oneof({ weight: 3, arbitrary: likely }, fc.anything())
const setting = fc
  .constantFrom(...Object.entries(names).flatMap(([group, keys]) => keys.map((key) => [group, key] as const)))
  .chain(([group, key]) => {
    const fits = fc.constantFrom(
      ...((Object.hasOwn(fitting, key) && fitting[key]) || [true, false, undefined]),
    )
    return fc.oneof({ weight: 3, arbitrary: fits }, value).map((given) => [group, key, given] as const)
  })
/** Also if it is called `__proto__`. */
function give(options: object, key: string, value: unknown): void {
  Object.defineProperty(options, key, { value, enumerable: true, configurable: true, writable: true })
}

const settings = fc.array(setting, { minLength: 1, maxLength: 4 }).map((chosen) => {
  const options: Record<string, unknown> = { refresh: '/auth/refresh' }
  for (const [group, key, given] of chosen) {
    if (group === '') give(options, key, given)
    else {
      const url = group === 'refresh' || group === 'signOut' ? { url: '/auth/refresh' } : {}
      const held = options[group]
      const isPlain =
        typeof held === 'object' && held !== null && Object.getPrototypeOf(held) === Object.prototype
      options[group] = { ...url, ...(isPlain && held), [key]: given }
    }
  }
  return options as unknown as SessionOptions
})

function refusal(options: unknown): unknown {
  try {
    checkSessionOptions(options as SessionOptions)
    return undefined
  } catch (error) {
    return error
  }
}

const complaint =
  /^silent-refresh: (option ".+" must be .+; it is .+|there is no option ".*"\. The options are: .+)\.$/

describe(`options at random (FUZZ_SEED=${seed})`, patience, () => {
  it('are refused by a TypeError that names one of them, or taken', () => {
    const counts = { refused: 0, taken: 0 }
    fc.assert(
      fc.property(fc.oneof({ weight: 8, arbitrary: settings }, value), (options) => {
        const error = refusal(options)
        counts[error === undefined ? 'taken' : 'refused']++
        if (error === undefined) return
        expect(error).toBeInstanceOf(TypeError)
        expect((error as TypeError).message).toMatch(complaint)
      }),
      tries(5000),
    )
    expect(Math.min(counts.refused, counts.taken)).toBeGreaterThan(300)
  })

  it('show no value in the complaint', () => {
    const secret = 'a-secret-in-an-option'
    const hidden = fc.constantFrom<unknown>(
      [secret],
      { secret },
      `${secret}\n`,
      [[secret]],
      new Map([[secret, secret]]),
    )
    fc.assert(
      fc.property(setting, hidden, ([group, key], given) => {
        const error = refusal(
          group === '' ? { refresh: '/r', [key]: given } : { refresh: '/r', [group]: { [key]: given } },
        )
        if (error) expect(String((error as Error).stack)).not.toContain(secret)
      }),
      tries(500),
    )
  })

  it('that are taken make a session that answers, or says in words of its own why not', () =>
    fc.assert(
      fc.asyncProperty(settings, async (options) => {
        fc.pre(refusal(options) === undefined)
        const world = createWorld()
        const { session } = world.open(options)
        const outcomes = [createFetch(session)('/api/me'), session.getAccessToken(), session.signOut()].map(
          (call) =>
            call.then(
              () => undefined,
              (error: unknown) => error,
            ),
        )
        await world.clock.advance(40_000)
        session.dispose()
        await world.clock.advance(1000)
        for (const error of await Promise.all(outcomes))
          if (error) expect(isSilentRefreshError(error) && error).toBe(error)
        expect(world.reported).toEqual([])
      }),
      tries(150),
    ))
})
