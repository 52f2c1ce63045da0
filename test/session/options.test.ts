import { describe, expect, it, vi } from 'vitest'
import { createSession } from '../../src/create-session.ts'
import type { SessionOptions } from '../../src/session/options.ts'

const url = '/auth/refresh'
const refresh = (options: object) => ({ refresh: { url, ...options } })
const signOut = (options: object) => ({ refresh: url, signOut: { url: '/auth/logout', ...options } })
const session = (options: object) => ({ refresh: url, ...options })

function messageOf(options: unknown): string {
  try {
    createSession(options as SessionOptions)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  throw new Error('was accepted')
}

const bad: [string, unknown][] = [
  ['options', undefined],
  ['options', null],
  ['options', '/auth/refresh'],
  ['options', 7],
  ['refresh', {}],
  ['refresh', { refresh: undefined }],
  ['refresh', { refresh: null }],
  ['refresh', { refresh: '' }],
  ['refresh', { refresh: 'http://' }],
  ['refresh', { refresh: 7 }],
  ['refresh', { refresh: true }],
  ['refresh', { signOut: '/auth/logout' }],
  ['refresh', Object.create({ refresh: url })],
  ['refresh.url', { refresh: {} }],
  ['refresh.url', { refresh: { url: undefined } }],
  ['refresh.url', { refresh: { url: '' } }],
  ['refresh.url', { refresh: { url: 7 } }],
  ['refresh.url', { refresh: { url: 'https://' } }],
  ['refresh.url', { refresh: { url: { href: '/' } } }],
  ['refresh.method', refresh({ method: '' })],
  ['refresh.method', refresh({ method: 'PO ST' })],
  ['refresh.method', refresh({ method: 7 })],
  ['refresh.headers', refresh({ headers: 'X: 1' })],
  ['refresh.headers', refresh({ headers: null })],
  ['refresh.headers', refresh({ headers: { 'X Y': '1' } })],
  ['refresh.headers', refresh({ headers: { X: 1 } })],
  ['refresh.headers', refresh({ headers: { X: undefined } })],
  ['refresh.headers', refresh({ headers: { X: '1', 'X Y': '1' } })],
  ['refresh.body', refresh({ body: 7 })],
  ['refresh.body', refresh({ body: true })],
  ['refresh.credentials', refresh({ credentials: 'yes' })],
  ['refresh.credentials', refresh({ credentials: true })],
  ['refresh.keepalive', refresh({ keepalive: 'true' })],
  ['refresh.csrf', refresh({ csrf: true })],
  ['refresh.csrf', refresh({ csrf: null })],
  ['refresh.csrf', refresh({ csrf: 'X-CSRF' })],
  ['refresh.csrf.header', refresh({ csrf: {} })],
  ['refresh.csrf.header', refresh({ csrf: { value: '1' } })],
  ['refresh.csrf.header', refresh({ csrf: { header: 'X Y', value: '1' } })],
  ['refresh.csrf.value', refresh({ csrf: { header: 'X-CSRF' } })],
  ['refresh.csrf.value', refresh({ csrf: { header: 'X-CSRF', value: 1 } })],
  ['refresh.csrf.value', refresh({ csrf: { header: 'X-CSRF', value: 'a\nb' } })],
  ['refresh.csrf.cookie', refresh({ csrf: { header: 'X-CSRF', cookie: 1 } })],
  ['refresh.csrf.cookie', refresh({ csrf: { header: 'X-CSRF', cookie: undefined } })],
  ['refresh.accessToken', refresh({ accessToken: true })],
  ['refresh.accessToken', refresh({ accessToken: 7 })],
  ['refresh.accessToken', refresh({ accessToken: ['a', 7] })],
  ['refresh.accessToken', refresh({ accessToken: null })],
  ['refresh.expiry', refresh({ expiry: 's' })],
  ['refresh.expiry', refresh({ expiry: null })],
  ['refresh.expiry.path', refresh({ expiry: { unit: 's' } })],
  ['refresh.expiry.path', refresh({ expiry: { path: 7, unit: 's' } })],
  ['refresh.expiry.unit', refresh({ expiry: { path: 'a' } })],
  ['refresh.expiry.unit', refresh({ expiry: { path: 'a', unit: 'min' } })],
  ['refresh.subject', refresh({ subject: 7 })],
  ['refresh.refused', refresh({ refused: 401 })],
  ['refresh.refused', refresh({ refused: ['401'] })],
  ['refresh.refused', refresh({ refused: null })],
  ['refresh.refused.status', refresh({ refused: { status: 401 } })],
  ['refresh.refused.status', refresh({ refused: { status: [999] } })],
  ['refresh.refused.code', refresh({ refused: { code: 'invalid_grant' } })],
  ['refresh.refused.code.path', refresh({ refused: { code: { only: ['a'] } } })],
  ['refresh.refused.code.only', refresh({ refused: { code: { path: 'a' } } })],
  ['refresh.refused.code.except', refresh({ refused: { code: { path: 'a', except: 'b' } } })],
  ['refresh.lifetime', refresh({ lifetime: 900 })],
  ['refresh.lifetime', refresh({ lifetime: '1h' })],
  ['refresh.lifetime', refresh({ lifetime: Infinity })],
  ['refresh.refused', refresh({ refused: [99] })],
  ['refresh.refused', refresh({ refused: [600] })],
  ['refresh.refused', refresh({ refused: [NaN] })],
  ['signOut', session({ signOut: '' })],
  ['signOut', session({ signOut: 7 })],
  ['signOut', session({ signOut: null })],
  ['signOut.url', session({ signOut: {} })],
  ['signOut.method', signOut({ method: '' })],
  ['signOut.headers', signOut({ headers: { X: 1 } })],
  ['signOut.keepalive', signOut({ keepalive: 1 })],
  ['signOut.done', signOut({ done: 401 })],
  ['signOut.csrf.header', signOut({ csrf: { cookie: 'a' } })],
  ['origins', session({ origins: 'https://api.test' })],
  ['origins', session({ origins: ['*'] })],
  ['origins', session({ origins: ['api.test'] })],
  ['origins', session({ origins: ['https://api.test/'] })],
  ['origins', session({ origins: ['https://api.test/v1'] })],
  ['origins', session({ origins: ['https://*.api.test/'] })],
  ['origins', session({ origins: ['https://api.test:443'] })],
  ['origins', session({ origins: ['HTTPS://API.test'] })],
  ['origins', session({ origins: ['null'] })],
  ['origins', session({ origins: [''] })],
  ['origins', session({ origins: [new URL('https://api.test')] })],
  ['exclude', session({ exclude: '/auth/login' })],
  ['exclude', session({ exclude: [7] })],
  ['exclude', session({ exclude: ['https://'] })],
  ['csrf.value', session({ csrf: { header: 'X', value: '\u4e2d' } })],
  ['hasSession', session({ hasSession: true })],
  ['shouldRefresh', session({ shouldRefresh: 401 })],
  ['shouldRefresh', session({ shouldRefresh: [401] })],
  ['shouldRefresh.status', session({ shouldRefresh: { status: ['401'] } })],
  ['shouldRefresh.code.only', session({ shouldRefresh: { code: { path: 'a', only: [1] } } })],
  ['csrf', session({ csrf: false })],
  ['csrf', session({ csrf: 'X-CSRF' })],
  ['csrf.header', session({ csrf: { value: '1' } })],
  ['csrf.value', session({ csrf: { header: 'X' } })],
  ['csrf.renewal', session({ csrf: { header: 'X', value: '1', renewal: '/csrf' } })],
  ['csrf.renewal.url', session({ csrf: { header: 'X', value: '1', renewal: { status: [419] } } })],
  ['csrf.renewal.status', session({ csrf: { header: 'X', value: '1', renewal: { url: '/csrf' } } })],
  ['tokenHeader', session({ tokenHeader: 'X Y' })],
  ['tokenHeader', session({ tokenHeader: '' })],
  ['scheme', session({ scheme: 'Bearer ' })],
  ['scheme', session({ scheme: 7 })],
  ['scheme', session({ scheme: 'Bea\nrer' })],
  ['refreshMargin', session({ refreshMargin: -1 })],
  ['refreshMargin', session({ refreshMargin: NaN })],
  ['refreshMargin', session({ refreshMargin: Infinity })],
  ['refreshMargin', session({ refreshMargin: '60000' })],
  ['refreshTimeout', session({ refreshTimeout: 0 })],
  ['refreshTimeout', session({ refreshTimeout: Infinity })],
  ['refreshTimeout', session({ refreshTimeout: null })],
  ['maxWait', session({ maxWait: 0 })],
  ['maxWait', session({ maxWait: NaN })],
  ['maxWait', session({ maxWait: '15000' })],
]

const unknown: [string, object][] = [
  ['refreshUrl', session({ refreshUrl: '/x' })],
  ['Refresh', { Refresh: url, refresh: url }],
  ['toString', session({ toString: () => '' })],
  ['constructor', session({ constructor: 1 })],
  ['hasOwnProperty', session({ hasOwnProperty: () => true })],
  ['__proto__', { ...session({}), ['__proto__']: 1 }],
  ['misspelt', session({ misspelt: undefined })],
  ['refresh.timeout', refresh({ timeout: 1 })],
  ['refresh.token', refresh({ token: 'a' })],
  ['refresh.csrf.name', refresh({ csrf: { header: 'X', value: '1', name: 'a' } })],
  ['refresh.expiry.in', refresh({ expiry: { path: 'a', unit: 's', in: 's' } })],
  ['shouldRefresh.code.not', session({ shouldRefresh: { code: { path: 'a', only: [], not: [] } } })],
  ['shouldRefresh.codes', session({ shouldRefresh: { codes: [] } })],
  ['refresh.csrf.renewal', refresh({ csrf: { header: 'X', value: '1', renewal: { url, status: [] } } })],
  ['signOut.accessToken', signOut({ accessToken: 'a' })],
  ['signOut.refused', signOut({ refused: [401] })],
]

describe('an option that cannot work', () => {
  it.each(bad)('throws a TypeError that names it: %s', (name, options) => {
    const message = messageOf(options)
    expect(message).toContain(`silent-refresh: option "${name}" must be `)
    expect(message).toMatch(/; it is .+\.$/)
  })

  it.each(unknown)('throws a TypeError that names it and lists the others: %s', (name, options) => {
    const message = messageOf(options)
    expect(message).toContain(`silent-refresh: there is no option "${name}". The options are: `)
    expect(message).toContain(name.includes('.') ? (name.includes('csrf') ? 'header' : 'p') : 'refreshMargin')
  })

  it('throws one that tells the options apart', () => {
    expect(messageOf({ refresh: { url, csrf: { header: 'X', value: '1', path: '/' } } })).toContain(
      'header, value',
    )
    expect(messageOf(null)).toContain('must be an object')
  })

  it('never has its text printed, which may be a secret', () => {
    const secret = 'hunter2'
    const wrong = [
      secret,
      session({ scheme: `Bearer ${secret}` }),
      session({ maxWait: secret }),
      session({ origins: [secret] }),
      session({ origins: secret }),
      session({ exclude: secret }),
      session({ hasSession: secret }),
      session({ refreshMargin: { secret } }),
      refresh({ method: `a ${secret}` }),
      refresh({ headers: { 'bad name': secret } }),
      refresh({ headers: secret }),
      refresh({ credentials: secret }),
      refresh({ csrf: secret }),
      refresh({ csrf: { header: `bad ${secret}`, value: secret } }),
      refresh({ csrf: { header: 7, value: secret } }),
      refresh({ expiry: secret }),
      refresh({ expiry: { path: 'a', unit: secret } }),
      refresh({ refused: [secret] }),
      { refresh: `http://${secret}:${secret}@` },
    ]
    for (const options of wrong) expect(messageOf(options)).not.toContain(secret)
  })

  it.each([
    ['null', null, 'null'],
    ['a list', [], 'an array'],
    ['a number', -7, '-7'],
    ['text', 'secret', 'a value of type string'],
    ['a function', () => 1, 'a value of type function'],
  ])('is told by its kind: %s', (_, value, kind) => {
    expect(messageOf(session({ maxWait: value }))).toContain(`; it is ${kind}.`)
  })
})

describe('options that work', () => {
  it.each<[string, SessionOptions]>([
    ['a path', { refresh: url }],
    ['a URL', { refresh: new URL('https://app.test/auth/refresh') }],
    ['a function', { refresh: () => null }],
    ['an endpoint', { refresh: { url } }],
    ['an object without a prototype', Object.assign(Object.create(null), { refresh: url })],
    [
      'all of them',
      {
        refresh: {
          url: new URL('https://app.test/auth/refresh'),
          method: 'put',
          headers: { 'X-Tenant': 'acme' },
          body: new URLSearchParams('a=b'),
          credentials: 'same-origin',
          keepalive: false,
          csrf: { header: 'X-XSRF-TOKEN', cookie: 'XSRF-TOKEN' },
          accessToken: ['data.token', 'token'],
          expiry: { path: 'data.expires', unit: 'ms' },
          subject: 'data.user.id',
          refused: [100, 401, 599],
        },
        signOut: { url: '/auth/logout', method: 'DELETE', headers: () => ({}), body: null, csrf: false },
        origins: ['https://api.test', 'http://localhost:8080'],
        exclude: ['/auth/login', /public/],
        hasSession: () => true,
        shouldRefresh: ({ status }) => status === 419,
        scheme: 'Token',
        refreshMargin: 0,
        refreshTimeout: 1,
        maxWait: 1,
      },
    ],
    [
      'none of them',
      {
        refresh: { url, method: undefined, headers: undefined, body: undefined, csrf: undefined },
        signOut: undefined,
        origins: undefined,
        exclude: undefined,
        hasSession: undefined,
        scheme: undefined,
        maxWait: undefined,
      },
    ],
    ['a cookie-only mode', { refresh: { url, accessToken: false, csrf: { header: 'X', value: '' } } }],
    ['functions', { refresh: { url, accessToken: () => 'a', body: () => 'b' }, signOut: () => {} }],
    ['the cookies of another origin', { refresh: { url, credentials: 'include' } }],
    ['no cookies', { refresh: { url, credentials: 'omit' } }],
    ['empty lists and no scheme', { refresh: url, origins: [], exclude: [], scheme: '' }],
  ])('are accepted: %s', (_, options) => {
    const copy = { ...options }
    expect(() => createSession(options)).not.toThrow()
    expect(options).toEqual(copy)
  })

  it('are not run when they are checked', () => {
    const spy = vi.fn()
    createSession({
      refresh: { url, headers: spy, body: spy, accessToken: spy },
      signOut: spy,
      hasSession: spy,
      shouldRefresh: spy,
    })
    createSession({ refresh: spy })
    expect(spy).not.toHaveBeenCalled()
  })
})
