import axios, { type InternalAxiosRequestConfig } from 'axios'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { urlOf } from '../../src/clients/axios-url.ts'
import { createDestination } from '../../src/session/destination.ts'
import type { Page } from '../../src/session/environment.ts'
import { foreignUrls, ownUrls } from '../helpers/urls.ts'
import { patience, seed, tries } from './seed.ts'

const allowed = ['https://app.test', 'https://api.test:8443', 'http://localhost:8080', 'http://plain.test']
const excluded = ['/auth/refresh', 'https://api.test:8443/login']

const page: Page = {
  baseUrl: () => 'https://app.test/start/page.html',
  origin: 'https://app.test',
  readCookie: () => undefined,
  cookiesLanded: async () => {},
  isEmbedded: () => false,
}
const { mayCarryToken, isAllowed } = createDestination(
  { origins: allowed.slice(1), exclude: excluded.slice(1), ownUrls: excluded.slice(0, 1) },
  page,
)

/** Where the URL leads, says the parser of the platform, and whether the token may go there. */
function expected(url: string): { isAllowed: boolean; mayCarryToken: boolean } {
  if (!URL.canParse(url, page.baseUrl())) return { isAllowed: false, mayCarryToken: false }
  const { origin, protocol, hostname, pathname } = new URL(url, page.baseUrl())
  const isSafe = protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost')
  const isOurs = isSafe && allowed.includes(origin)
  const isExcluded =
    (origin === 'https://app.test' && pathname === '/auth/refresh') ||
    (origin === 'https://api.test:8443' && pathname === '/login')
  return { isAllowed: isOurs, mayCarryToken: isOurs && !isExcluded }
}

const bits = [
  ...[
    'https:',
    'http:',
    'HTTPS:',
    'ws:',
    'javascript:',
    'data:',
    'blob:',
    '//',
    '/',
    '\\',
    '/\\',
    '\\\\',
    '///',
  ],
  ...[
    'app.test',
    'api.test:8443',
    'localhost:8080',
    'evil.test',
    'APP.TEST',
    'plain.test',
    '[::1]',
    '127.0.0.1',
  ],
  ...[
    '@',
    ':',
    ':443',
    ':80',
    '.',
    '..',
    '/..',
    '/../',
    './',
    '%2e%2e',
    '%2f',
    '%5c',
    '%00',
    '%',
    '?',
    '#',
    '&',
    '=',
  ],
  ...[
    ' ',
    '\t',
    '\n',
    '\r',
    '\u0000',
    '\u001f',
    '\u00a0',
    '\u3002',
    '\uff0f',
    '\uff41',
    '\u0430',
    '\u200d',
    '\ud800',
  ],
  ...[
    'auth',
    '/auth/refresh',
    '/login',
    'refresh',
    'api',
    'a',
    '-',
    '_',
    '~',
    '1',
    ';',
    ',',
    '[',
    ']',
    '<',
    '"',
    "'",
  ],
]
const built = fc.array(fc.constantFrom(...bits), { maxLength: 7 }).map((parts) => parts.join(''))
const changed = fc
  .tuple(fc.constantFrom(...foreignUrls, ...ownUrls), fc.nat(), fc.constantFrom(...bits), fc.nat(2))
  .map(([url, at, bit, cut]) => {
    const place = at % (url.length + 1)
    return url.slice(0, place) + bit + url.slice(place + cut)
  })
const url = fc.oneof(built, changed, fc.string(), fc.webUrl(), fc.string({ unit: 'grapheme', maxLength: 20 }))

describe(`a URL at random (FUZZ_SEED=${seed})`, patience, () => {
  it('gets the token exactly if it leads to an allowed origin, in the words of the URL standard', () => {
    let allowedOnes = 0
    fc.assert(
      fc.property(url, (given) => {
        const wanted = expected(given)
        if (wanted.mayCarryToken) allowedOnes++
        expect({ isAllowed: isAllowed(given), mayCarryToken: mayCarryToken(given) }).toEqual(wanted)
      }),
      tries(5000),
    )
    expect(allowedOnes).toBeGreaterThan(250)
  })

  it('of an axios request is judged by where axios would go', () => {
    const baseURL = fc.oneof(
      fc.constantFrom(undefined, '', '/', '/api', '/api/', 'https://app.test', 'https://api.test:8443/v1/'),
      url,
    )
    fc.assert(
      fc.property(url, baseURL, fc.constantFrom(undefined, true, false), (given, base, allowAbsoluteUrls) => {
        const config = { url: given, baseURL: base, allowAbsoluteUrls, headers: new axios.AxiosHeaders() }
        const judged = urlOf(config as InternalAxiosRequestConfig)
        const mayCarry = judged !== undefined && mayCarryToken(judged)
        let sent: string
        try {
          sent = axios.getUri({
            url: given,
            baseURL: base as string,
            allowAbsoluteUrls: allowAbsoluteUrls as boolean,
          })
        } catch {
          // axios will refuse it as well.
          return
        }
        if (mayCarry) expect(expected(sent).mayCarryToken).toBe(true)
      }),
      tries(5000),
    )
  })
})
