import { bad, type Sent } from './bad-input.ts'
import type { SignedIn } from './signed-in.ts'

type Headers = Record<string, string | undefined>

const credentials = { email: 'demo@example.com', password: 'correct horse' }

/** Each would change something if it were let through. */
function guarded(user: SignedIn, headers: Headers): Sent[] {
  return [
    user.login(credentials, headers),
    user.refresh(headers),
    user.logout(headers),
    user.logoutAll(headers),
    user.changePassword(headers),
    user.post('/auth/sign-up', { email: 'new@example.com', password: 'battery staple' }, headers),
    user.post('/auth/password/reset-request', { email: credentials.email }, headers),
    user.post('/auth/password/reset', { token: 'x', password: 'battery staple' }, headers),
  ]
}

const types: Record<string, string | undefined> = {
  'no content type': undefined,
  'an empty content type': '',
  'the content type of plain text': 'text/plain',
  'plain text that mentions JSON': 'text/plain; application/json',
  'plain text that mentions JSON in quotes': 'text/plain; charset="application/json"',
  'the content type of a form': 'application/x-www-form-urlencoded',
  'the content type of a multipart form': 'multipart/form-data; boundary=x',
  'the content type of a beacon': 'text/plain;charset=UTF-8',
  'text/json': 'text/json',
  'json alone': 'json',
  'application/json5': 'application/json5',
  'application/json-seq': 'application/json-seq',
  'application/ld+json': 'application/ld+json',
  'application/problem+json': 'application/problem+json',
  'application/jsonx': 'application/jsonx',
  'application/ json': 'application/ json',
  'a subtype that starts with json': 'application/json+x; charset=utf-8',
  'the content type in quotes': '"application/json"',
  'a no-break space before the content type': '\u00a0application/json',
  'a no-break space after the content type': 'application/json\u00a0; charset=utf-8',
  'two content types with a comma': 'application/json, text/plain',
  'plain text before JSON': 'text/plain, application/json',
  'the same content type twice': 'application/json, application/json',
  'a wildcard': '*/*',
  octets: 'application/octet-stream',
  'a content type of 4,000 characters': `text/${'x'.repeat(4000)}`,
}

const marks: Record<string, string | undefined> = {
  'no header of ours': undefined,
  'an empty header of ours': '',
  'our header with 0': '0',
  'our header with true': 'true',
  'our header with 01': '01',
  'our header with 1.0': '1.0',
  'our header twice': '1, 1',
  'our header in quotes': '"1"',
  'our header with a no-break space': '\u00a01',
  'our header with another digit': '\u00b9',
}

const origins: Record<string, Headers> = {
  'neither Sec-Fetch-Site nor Origin': { 'sec-fetch-site': undefined },
  'Sec-Fetch-Site cross-site': { 'sec-fetch-site': 'cross-site' },
  'Sec-Fetch-Site same-site': { 'sec-fetch-site': 'same-site' },
  'Sec-Fetch-Site none': { 'sec-fetch-site': 'none' },
  'an empty Sec-Fetch-Site': { 'sec-fetch-site': '' },
  'Sec-Fetch-Site in capitals': { 'sec-fetch-site': 'SAME-ORIGIN' },
  'Sec-Fetch-Site in quotes': { 'sec-fetch-site': '"same-origin"' },
  'Sec-Fetch-Site twice': { 'sec-fetch-site': 'same-origin, same-origin' },
  'Sec-Fetch-Site that contradicts itself': { 'sec-fetch-site': 'cross-site, same-origin' },
  'Sec-Fetch-Site with a parameter': { 'sec-fetch-site': 'same-origin;x=1' },
  'only a Referer of ours': { 'sec-fetch-site': undefined, referer: 'https://app.example/' },
  'a foreign Origin': { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
  'Origin null': { 'sec-fetch-site': undefined, origin: 'null' },
  'an empty Origin': { 'sec-fetch-site': undefined, origin: '' },
  'Origin with a wildcard': { 'sec-fetch-site': undefined, origin: '*' },
  'the origin in X-Forwarded-Host': {
    'sec-fetch-site': undefined,
    origin: 'https://evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  },
  'the origin in Forwarded': {
    'sec-fetch-site': undefined,
    origin: 'https://evil.example',
    forwarded: 'host=evil.example;proto=https',
  },
}

const nearOrigins: Record<string, (origin: string) => string> = {
  'our Origin with a path': (origin) => `${origin}/`,
  'our Origin in capitals': (origin) => origin.toUpperCase(),
  'our Origin with a user': (origin) => origin.replace('://', '://x@'),
  'our Origin as a subdomain': (origin) => origin.replace('://', '://evil.'),
  'our Origin as a prefix': (origin) => `${origin}.evil.example`,
  'our Origin and a foreign one': (origin) => `${origin}, https://evil.example`,
  'our Origin twice': (origin) => `${origin} ${origin}`,
  'our Origin with a dot at the end': (origin) => `${origin}.`,
  'our Origin on another scheme': (origin) =>
    origin.startsWith('https:') ? origin.replace('https:', 'http:') : origin.replace('http:', 'https:'),
  'our Origin without a scheme': (origin) => origin.replace(/^https?:\/\//, ''),
  'our Origin with a no-break space': (origin) => `${origin}\u00a0`,
}

const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override', '_method']

export const headerRows = [
  ...Object.entries(types).map(([name, type]) =>
    bad(`a POST with ${name}`, 403, 'csrf', (user) => guarded(user, { 'content-type': type })),
  ),
  ...Object.entries(marks).map(([name, mark]) =>
    bad(`a POST with ${name}`, 403, 'csrf', (user) => guarded(user, { 'x-silent-refresh': mark })),
  ),
  ...Object.entries(origins).map(([name, headers]) =>
    bad(`a POST with ${name}`, 403, 'csrf', (user) => guarded(user, headers)),
  ),
  ...Object.entries(nearOrigins).map(([name, change]) =>
    bad(`a POST with ${name}`, 403, 'csrf', (user) =>
      guarded(user, { 'sec-fetch-site': undefined, origin: change(user.origin) }),
    ),
  ),
  ...overrides.map((header) =>
    bad(`a GET that ${header} calls a POST`, 405, 'method_not_allowed', (user) =>
      user.get('/auth/logout-all', { [header]: 'POST' }),
    ),
  ),
  bad('a POST that X-HTTP-Method-Override calls a GET', 404, /not_found|method_not_allowed/, (user) => ({
    ...user.post(
      '/api/me',
      {},
      { authorization: `Bearer ${user.accessToken}`, 'x-http-method-override': 'GET' },
    ),
  })),
  ...['x-original-url', 'x-rewrite-url', 'x-forwarded-uri'].map((header) =>
    bad(`a path that ${header} replaces`, 404, 'not_found', (user) =>
      user.post(
        '/auth/nothing',
        {},
        { [header]: '/auth/logout', authorization: `Bearer ${user.accessToken}` },
      ),
    ),
  ),
]
