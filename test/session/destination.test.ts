import { describe, expect, it } from 'vitest'
import { createDestination, type DestinationOptions } from '../../src/session/destination.ts'
import { foreignUrls, origins, ownUrls } from '../helpers/urls.ts'

const page = (origin = 'https://app.test', baseUrl = 'https://app.test/start/page.html') => ({
  baseUrl: () => baseUrl,
  origin,
  readCookie: () => undefined,
  cookiesLanded: async () => {},
  isEmbedded: () => false,
})

function destination(options: Partial<DestinationOptions> = {}, at = page()) {
  return createDestination({ origins: [], exclude: [], ownUrls: [], ...options }, at).mayCarryToken
}

describe('the token goes to no other origin', () => {
  it.each(foreignUrls.map((url) => [url]))('%j', (url) => {
    expect(destination({ origins })(url)).toBe(false)
    expect(destination({ origins, exclude: [/^never$/] })(url)).toBe(false)
  })
})

describe('the token goes to its own and the allowed origins', () => {
  it.each(ownUrls.map((url) => [url]))('%j', (url) => {
    expect(destination({ origins })(url)).toBe(true)
    expect(destination({ origins, exclude: [/^never$/] })(url)).toBe(true)
  })
})

describe('the page', () => {
  it.each([
    ['http://app.test', 'http://app.test/api', true],
    ['http://app.test', 'https://app.test/api', false],
    ['http://localhost:3000', '/api', true],
    ['http://localhost:3000', 'http://localhost:3001/api', false],
    ['http://localhost:3000', 'http://127.0.0.1:3000/api', false],
    ['https://[::1]', '/api', true],
  ])('at %s may send it to %s: %s', (origin, url, verdict) => {
    expect(destination({}, page(origin, `${origin}/start`))(url)).toBe(verdict)
  })

  it('without an origin sends it to those that are named, and to no other', () => {
    const send = destination({ origins: ['https://api.test'] }, page('null', 'about:srcdoc'))
    expect(send('https://api.test/api')).toBe(true)
    for (const url of ['/api', 'data:,x', 'about:blank', 'file:///api', 'https://app.test/api']) {
      expect(send(url)).toBe(false)
    }
  })

  it.each([
    ['http://plain.test', false],
    ['http://localhost:8080', true],
    ['http://127.0.0.1:8080', true],
    ['http://127.1.2.3', true],
    ['http://[::1]:8080', true],
    ['http://localhost.test', false],
    ['http://127.0.0.1.test', false],
  ])('on https sends it in the clear to its own machine only: %s %s', (origin, verdict) => {
    expect(destination({ origins: [origin] })(`${origin}/api`)).toBe(verdict)
  })

  it('on http sends it in the clear where it is allowed', () => {
    const send = destination({ origins: ['http://api.test'] }, page('http://app.test', 'http://app.test/'))
    expect(send('http://api.test/api')).toBe(true)
  })

  it('on https sends it in the clear neither by a base', () => {
    const at = page('https://app.test', 'http://api.test/')
    expect(destination({ origins: ['http://api.test'] }, at)('/api')).toBe(false)
  })

  it('is followed back from a base that nothing can be combined with', () => {
    let base = 'data:text/html,x'
    const at = { ...page(), baseUrl: () => base }
    const send = destination({ origins: ['https://api.test'], exclude: ['/login'] }, at)
    expect([send('/api'), send('https://api.test/me')]).toEqual([false, true])
    base = 'https://app.test/'
    expect([send('/api'), send('/login')]).toEqual([true, false])
  })

  it('follows a base that changes', () => {
    let base = 'https://app.test/start'
    const { mayCarryToken: send } = createDestination(
      { origins: [], exclude: ['login'], ownUrls: [] },
      {
        baseUrl: () => base,
        origin: 'https://app.test',
        readCookie: () => undefined,
        cookiesLanded: async () => {},
        isEmbedded: () => false,
      },
    )
    expect([send('/api'), send('login'), send('/v2/login')]).toEqual([true, false, true])
    base = 'https://app.test/v2/'
    expect([send('/api'), send('login'), send('/v2/login'), send('/login')]).toEqual([
      true,
      false,
      false,
      true,
    ])
    base = 'https://cdn.test/'
    expect([send('/api'), send('api'), send('https://app.test/api')]).toEqual([false, false, true])
  })
})

describe('exclude', () => {
  const exclude = ['/auth/login', 'https://api.test/open', /\/public\//, '/with?query', '/with-hash#part']
  const send = destination({ exclude, origins: ['https://api.test'], ownUrls: ['/auth/refresh'] })

  it.each([
    '/auth/login',
    '/auth/login?next=/',
    '/auth/login#top',
    '/auth/./login',
    '/auth/x/../login',
    '../auth/login',
    '/auth\\login',
    '//app.test/auth/login',
    'https://app.test/auth/login?x=1',
    'HTTPS://APP.TEST:443/auth/login',
    'https://api.test/open',
    'https://api.test/open?x=1',
    '/public/news',
    'https://api.test/public/news',
    '/api?path=/public/',
    '/auth/refresh',
    '/auth/refresh?x=1',
    'https://app.test/auth/refresh',
    '/with?other',
    '/with-hash',
  ])('sends %s without it', (url) => {
    expect(send(url)).toBe(false)
  })

  it.each([
    '/auth/login/',
    '/auth/login2',
    '/auth/Login',
    '/auth',
    '/x/auth/login',
    '/api?next=/auth/login',
    'https://api.test/auth/login',
    'https://api.test/open/',
    '/open',
    '/publicity',
    '/auth/refresh/now',
  ])('sends %s with it', (url) => {
    expect(send(url)).toBe(true)
  })

  it.each([/\/public\//g, /\/public\//y, /^https:\/\/app\.test\/public\//gy])(
    'means the same each time it is asked: %s',
    (pattern) => {
      const ask = destination({ exclude: [pattern] })
      const isExcluded = !pattern.sticky || pattern.source.startsWith('^')
      for (let turn = 0; turn < 3; turn++) expect(ask('/public/news')).toBe(!isExcluded)
      expect(pattern.lastIndex).toBe(0)
    },
  )

  it('without patterns takes the short way to the same answer', () => {
    const short = destination({ exclude: ['/auth/login'] })
    const long = destination({ exclude: ['/auth/login', /^never$/] })
    for (const url of [
      '/auth/login',
      '/auth/login?a=b',
      '/auth/login/',
      '/',
      '/a',
      '/a/b?c=d&e=%20',
      '/%2e/a',
    ]) {
      expect(short(url)).toBe(long(url))
    }
    expect(short('/auth/%2e/login')).toBe(long('/auth/%2e/login'))
  })
})

it('takes a scheme with nothing behind it for no place on the page', () => {
  expect(destination()('https://')).toBe(false)
})
