import { describe, expect, expectTypeOf, it } from 'vitest'
import * as presets from '../../src/presets.ts'
import { checkSessionOptions } from '../../src/session/check-options.ts'
import type { SessionOptions } from '../../src/session/options.ts'

type Make = (base?: string | URL) => presets.Preset

const variants: Record<string, Make> = {
  ...presets,
  'payload, all options': (base) =>
    presets.payload(base, { collection: 'customers', cookieOnly: true, refreshOnForbidden: true }),
  'flaskJwtExtended, cookies only': (base) => presets.flaskJwtExtended(base, { cookieOnly: true }),
  'spring, cookies only': (base) => presets.spring(base, { cookieOnly: true }),
  'oauth, with a sign-out': (base) => presets.oauth(base, { signOutPath: 'oauth/logout' }),
}

/** Where no data form says it. */
const withFunctions = ['oauth', 'oauth, with a sign-out', 'strapi', 'superTokens', 'duendeBff']

const all = Object.entries(variants)
const data = all.filter(([name]) => !withFunctions.includes(name))

function urlsOf({ refresh, signOut, exclude = [], csrf }: presets.Preset): string[] {
  const other = typeof signOut === 'object' && 'url' in signOut ? [String(signOut.url)] : []
  const renewal = csrf?.renewal ? [String(csrf.renewal.url)] : []
  return [String(refresh.url), ...other, ...renewal, ...exclude.map(String)]
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

function objectsOf(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsOf)]
}

describe.each(all)('the preset %s', (_, make) => {
  it.each(['/', '/api/', 'https://api.test', new URL('https://api.test/v1')])(
    'has options that work at %s',
    (base) => {
      expect(() => checkSessionOptions(make(base))).not.toThrow()
    },
  )

  it('is at / without a base', () => {
    expect(urlsOf(make())).toEqual(urlsOf(make('/')))
  })

  it('shares nothing with another call', () => {
    const earlier = new Set(objectsOf(make('/')))
    expect(objectsOf(make('/')).filter((object) => earlier.has(object))).toEqual([])
  })

  it.each([
    ['/', '/'],
    ['/backend', '/backend/'],
    ['/backend/', '/backend/'],
    ['/backend//', '/backend/'],
    ['/a/b', '/a/b/'],
    ['https://api.test', 'https://api.test/'],
    ['https://api.test/', 'https://api.test/'],
    ['https://API.test:443/v1', 'https://api.test/v1/'],
    ['http://localhost:8000/v1/', 'http://localhost:8000/v1/'],
  ])('has all its URLs below the base %s', (base, root) => {
    const urls = urlsOf(make(base))
    expect(urls.filter((url) => !url.startsWith(root) || url.slice(root.length).startsWith('/'))).toEqual([])
    expect(urls.map((url) => url.slice(root.length))).toEqual(urlsOf(make('/')).map((url) => url.slice(1)))
  })

  it('allows the origin of an absolute base, and no other', () => {
    expect(make('/backend')).not.toHaveProperty('origins')
    expect(make('https://API.test:443/v1').origins).toEqual(['https://api.test'])
    expect(make(new URL('http://localhost:8000')).origins).toEqual(['http://localhost:8000'])
  })

  it.each([
    ['nothing', ''],
    ['a relative path', 'api/'],
    ['a relative path with a dot', './api'],
    ['a host without scheme', 'api.test:8080/v1'],
    ['two slashes', '//api.test'],
    ['a slash and a backslash', '/\\api.test'],
    ['a slash, a tab and a slash', '/\t/api.test'],
    ['dots before two slashes', '/..//api.test'],
    ['another scheme', 'ftp://api.test'],
    ['a script', 'javascript:alert(1)'],
    ['a query', 'https://api.test/?v=1'],
    ['a path with a query', '/api?v=1'],
    ['a fragment', '/api#top'],
    ['a user', 'https://user@api.test'],
    ['a password', 'https://:secret@api.test'],
    ['a port that is none', 'https://api.test:99999'],
    ['null', null as unknown as string],
    ['a number', 7 as unknown as string],
    ['an object', {} as unknown as string],
  ])('refuses a base that is %s', (_name, base) => {
    expect(() => make(base)).toThrow(
      new TypeError(
        'silent-refresh: "base" must be a path that begins with "/", or an http(s) URL without query and credentials.',
      ),
    )
  })
})

describe('presets', () => {
  it.each(data)('%s is plain data', (_, make) => {
    const preset = make('https://api.test')
    expect(JSON.parse(JSON.stringify(preset))).toEqual(preset)
    expect(textsOf(preset)).not.toContain('')
  })

  it.each(withFunctions)('%s has functions, where no data form says it', (name) => {
    const preset = variants[name]?.()
    expect(JSON.parse(JSON.stringify(preset))).not.toEqual(preset)
  })

  it('names the hint cookie only where the page can read it', () => {
    expect(presets.referenceBackend('/backend').hintCookie).toBe('sr_hint')
    expect(presets.referenceBackend('https://api.test')).not.toHaveProperty('hintCookie')
  })

  it('can be spread and overridden, in depth too', () => {
    const preset = presets.directus()
    const options = {
      ...preset,
      maxWait: 5000,
      exclude: [...(preset.exclude ?? []), /\/public\//],
      refresh: { ...preset.refresh, method: 'GET' },
    } satisfies SessionOptions
    expect(() => checkSessionOptions(options)).not.toThrow()
    expect(options.refresh).toMatchObject({ url: '/auth/refresh', method: 'GET', csrf: false })
    expectTypeOf(preset).toExtend<SessionOptions>()
    expectTypeOf(preset.refresh.url).toEqualTypeOf<string | URL>()
  })
})
