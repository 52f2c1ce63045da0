import type { OddInput } from './bad-input.ts'
import type { SignedIn } from './signed-in.ts'

const credentials = { email: 'demo@example.com', password: 'correct horse' }
const good = JSON.stringify(credentials)

const odd = (name: string, status: number, send: OddInput['send']): OddInput => ({ name, status, send })
/** Without the cookie, because a sign-in ends the session before it. */
const login = (name: string, body: unknown, headers = {}) =>
  odd(name, 200, (user) => user.login(body, { cookie: undefined, ...headers }))
const refresh = (name: string, change: (user: SignedIn) => Parameters<SignedIn['refresh']>) =>
  odd(name, 200, (user) => user.refresh(...change(user)))
const read = (name: string, header: (token: string) => string) =>
  odd(name, 200, (user) => user.get('/api/me', { authorization: header(user.accessToken) }))
const items = (query: string) => odd(`items with ${query}`, 200, (user) => user.get(`/api/items?${query}`))

/** Looks wrong and is right: being strict here would lock out somebody who did nothing wrong. */
export const oddRows: OddInput[] = [
  odd('an access token issued two minutes from now, by a clock that has been set back', 200, async (user) => {
    const token = await user.sign({ iat: Number(user.claims.iat) + 120 })
    return user.get('/api/me', { authorization: `Bearer ${token}` })
  }),
  login('an email with blanks around it', { ...credentials, email: '  demo@example.com\t' }),
  login('an email with a line break after it', { ...credentials, email: 'demo@example.com\r\n' }),
  login('an email in capitals', { ...credentials, email: 'DEMO@EXAMPLE.COM' }),
  login('names that nobody asked for', { ...credentials, admin: true, id: 1 }),
  login(
    'an object with a __proto__ of its own',
    `{"__proto__":{"email":1},"email":"demo@example.com","password":"correct horse"}`,
  ),
  login('the right email named last', `{"email":"nobody@example.com",${good.slice(1)}`),
  login('a byte order mark before the body', `\ufeff${good}`),
  login('blanks and lines around the body', `\r\n\t ${good} \n`),
  login('escapes where letters would do', good.replace('demo', '\\u0064emo')),
  login('a body of exactly 16 KiB', good.padEnd(16 * 1024)),
  login('a charset in capitals', good, { 'content-type': 'APPLICATION/JSON;CHARSET=UTF-8' }),
  login('a charset that JSON does not have', good, { 'content-type': 'application/json; charset=latin1' }),
  login('an empty parameter of the content type', good, { 'content-type': 'application/json;' }),
  login('a blank before the semicolon of the content type', good, {
    'content-type': 'application/json ; x=y',
  }),
  login('a name of the browser in bytes above ASCII', good, { 'user-agent': '\u00ff\u00fe' }),
  login('a name of the browser of 8,000 characters', good, { 'user-agent': 'x'.repeat(8000) }),
  login('a cookie that means nothing', good, { cookie: '; =; sr_rt; __Host-sr_rt=\u00ff' }),
  refresh('a body that is no JSON', () => [{}, 'nonsense']),
  refresh('an empty body', () => [{}, '']),
  refresh('a body with wishes', () => [{}, '{"sid":"x","strict":false}']),
  refresh('a tossed twin of the cookie after it', (user) => [
    { cookie: `${user.cookie}; ${user.cookieName}=tossed` },
  ]),
  refresh('a broken cookie before it', (user) => [{ cookie: `broken; =; "; theme={"a":1}; ${user.cookie}` }]),
  refresh('no blank between the cookies', (user) => [{ cookie: `theme=dark;${user.cookie};lang=de` }]),
  refresh('blanks around name and value of the cookie', ({ cookieName, refreshToken }) => [
    { cookie: `theme=dark;  ${cookieName} = ${refreshToken} ;` },
  ]),
  refresh('attributes in the cookie header', ({ cookie }) => [
    { cookie: `${cookie}; Path=/; HttpOnly; Secure` },
  ]),
  refresh('a very long Accept', () => [{ accept: 'text/html, '.repeat(700) }]),
  refresh('an Origin that is foreign while the browser vouches', () => [{ origin: 'https://evil.example' }]),
  refresh('a broken access token beside the cookie', () => [{ authorization: 'Bearer nonsense' }]),
  read('a scheme in small letters', (token) => `bearer ${token}`),
  read('a scheme in capitals', (token) => `BEARER ${token}`),
  read('two blanks after the scheme', (token) => `Bearer  ${token}`),
  read('a tab after the scheme', (token) => `Bearer\t${token}`),
  read('blanks around the header', (token) => `  Bearer ${token}  `),
  odd('a typ in capitals', 200, async (user) =>
    user.get('/api/me', { authorization: `Bearer ${await user.sign({}, { typ: 'AT+JWT' })}` }),
  ),
  odd('a typ with its media type', 200, async (user) =>
    user.get('/api/me', { authorization: `Bearer ${await user.sign({}, { typ: 'application/at+jwt' })}` }),
  ),
  odd('an aud among others', 200, async (user) =>
    user.get('/api/me', { authorization: `Bearer ${await user.sign({ aud: ['other', 'api'] })}` }),
  ),
  odd('claims that nobody asked for', 200, async (user) =>
    user.get('/api/me', { authorization: `Bearer ${await user.sign({ admin: true, ver2: 3 })}` }),
  ),
  odd('a broken token where none is needed', 200, (user) =>
    user.get('/api/public', { authorization: 'Bearer nonsense', cookie: '\u00ff' }),
  ),
  items('n=0'),
  items('n=1000'),
  items('n=0010'),
  items('n=%35'),
  items('n=5&n=7'),
  items('other=1'),
  items('?n=5'),
  odd('a path with an encoded letter', 200, (user) => ({ ...user.refresh(), path: '/auth/re%66resh' })),
  odd('a path with dots', 200, (user) => ({ ...user.refresh(), path: '/auth/./x/../refresh' })),
  odd('a path with encoded dots', 200, (user) => ({ ...user.refresh(), path: '/auth/%2e/x/%2E%2e/refresh' })),
  odd('a path with a query', 200, (user) => ({ ...user.refresh(), path: '/auth/refresh?x=%zz&&=&y' })),
  odd('a question about a method that nobody has', 204, (user) => ({
    method: 'OPTIONS',
    path: '/auth/refresh',
    headers: { origin: user.origin, 'access-control-request-method': 'N\u00d6PE' },
  })),
  odd('a question about headers that are none', 204, () => ({
    method: 'OPTIONS',
    path: '/auth/refresh',
    headers: { origin: 'null', 'access-control-request-headers': ', ,;=x' },
  })),
  odd('a question without an origin', 204, () => ({ method: 'OPTIONS', path: '/auth/nothing', headers: {} })),
  odd('a reset for an email that nobody has', 202, (user) =>
    user.post('/auth/password/reset-request', { email: 'nobody@example.com' }),
  ),
  odd('a reset for an email that is none', 202, (user) =>
    user.post('/auth/password/reset-request', { email: "' OR 1=1 --" }),
  ),
  odd('a sign-out with a cookie that nobody has', 204, (user) =>
    user.logout({ cookie: `${user.cookieName}=nonsense` }),
  ),
  odd('a sign-out without a cookie', 204, (user) => user.logout({ cookie: undefined })),
]
