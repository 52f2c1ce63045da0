import { bad } from './bad-input.ts'
import type { SignedIn } from './signed-in.ts'
import { everywhere } from './token-scheme-rows.ts'

type Token = (user: SignedIn) => string | Promise<string>

const parts = (user: SignedIn) => user.accessToken.split('.') as [string, string, string]
const encode = (text: string) => Buffer.from(text, 'latin1').toString('base64url')
const deep = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`

const shapes: Record<string, Token> = {
  'no dots': (user) => parts(user).join(''),
  'one part': (user) => parts(user)[0],
  'two parts': (user) => parts(user).slice(0, 2).join('.'),
  'four parts': ({ accessToken }) => `${accessToken}.x`,
  'five parts, as if encrypted': (user) => `${parts(user)[0]}.a.b.c.d`,
  'only dots': () => '..',
  'a dot in front': ({ accessToken }) => `.${accessToken}`,
  'a dot at the end': ({ accessToken }) => `${accessToken}.`,
  'no signature': (user) => `${parts(user).slice(0, 2).join('.')}.`,
  'no claims': (user) => `${parts(user)[0]}..${parts(user)[2]}`,
  'no header': (user) => `.${parts(user)[1]}.${parts(user)[2]}`,
  'the parts in another order': (user) => parts(user).toReversed().join('.'),
  'padding at the end': ({ accessToken }) => `${accessToken}==`,
  'padding in every part': (user) =>
    parts(user)
      .map((part) => `${part}=`)
      .join('.'),
  'the alphabet of plain base64': ({ accessToken }) => `${accessToken.slice(0, -10)}+/+/+/+/+/`,
  'characters outside of the alphabet': ({ accessToken }) => accessToken.replace(/.$/, '!'),
  'one character less': ({ accessToken }) => accessToken.slice(0, -1),
  'one character more': ({ accessToken }) => `${accessToken}A`,
  'another first character of the signature': (user) =>
    `${parts(user).slice(0, 2).join('.')}.${flip(parts(user)[2])}`,
  'a signature of zeros': (user) => `${parts(user).slice(0, 2).join('.')}.${'A'.repeat(86)}`,
  'a signature of 32 bytes': (user) => `${parts(user).slice(0, 2).join('.')}.${'A'.repeat(43)}`,
  'a signature in DER': (user) =>
    `${parts(user).slice(0, 2).join('.')}.${encode(`0E\u0002!\0${'x'.repeat(64)}`)}`,
  'the claims of another user under the old signature': (user) =>
    `${parts(user)[0]}.${encode(JSON.stringify({ ...user.claims, sub: 'root' }))}.${parts(user)[2]}`,
}

const headers: Record<string, object | string> = {
  'alg none': { alg: 'none' },
  'alg None': { alg: 'None' },
  'alg NONE': { alg: 'NONE' },
  'an empty alg': { alg: '' },
  'no alg': { alg: undefined },
  'alg as a number': { alg: 256 },
  'alg as an array': { alg: ['ES256'] },
  'alg HS256': { alg: 'HS256' },
  'alg RS256': { alg: 'RS256' },
  'alg ES384': { alg: 'ES384' },
  'alg EdDSA': { alg: 'EdDSA' },
  'alg in lower case': { alg: 'es256' },
  'alg named twice': '{"alg":"ES256","alg":"none","typ":"at+jwt"}',
  'alg behind __proto__': '{"__proto__":{"alg":"ES256"},"typ":"at+jwt"}',
  'typ JWT': { typ: 'JWT' },
  'no typ': { typ: undefined },
  'typ as a number': { typ: 1 },
  'the typ of a logout token': { typ: 'logout+jwt' },
  'an unknown kid': { kid: 'unknown' },
  'a kid that is a path': { kid: '../../../../dev/null' },
  'a kid that is SQL': { kid: "x' UNION SELECT 'AAAA" },
  'a kid that is a command': { kid: 'x|id' },
  'a kid with a NUL': { kid: '\0' },
  'a kid of 4,000 characters': { kid: 'k'.repeat(4000) },
  'no kid': { kid: undefined },
  'crit with an unknown extension': { crit: ['x'], x: 1 },
  'an empty crit': { crit: [] },
  'crit as text': { crit: 'exp' },
  'crit without what it names': { crit: ['b64'] },
  'claims that are not encoded': { crit: ['b64'], b64: false },
  'a header that is no JSON': 'nonsense',
  'an empty header': '',
  'a header that is an array': '[]',
  'a header that is null': 'null',
  'a header that is text': '"ES256"',
  'a header in invalid UTF-8': '{"alg":"ES256\u00ff"}',
  'a header nested 1,000 deep': deep(1000),
}

const contents: Record<string, object | string> = {
  'claims that are no JSON': 'nonsense',
  'empty claims': '',
  'claims that are an array': '[]',
  'claims that are null': 'null',
  'claims that are text': '"demo"',
  'claims behind __proto__': '{"__proto__":{"sub":"root","exp":9999999999}}',
  'claims nested 1,000 deep': deep(1000),
  'no exp': { exp: undefined },
  'exp as text': { exp: '9999999999' },
  'exp null': { exp: null },
  'exp as an array': { exp: [9_999_999_999] },
  'exp true': { exp: true },
  'no iat': { iat: undefined },
  'iat as text': { iat: 'yesterday' },
  'nbf in the future': { nbf: 9_999_999_999 },
  'nbf as text': { nbf: 'now' },
  'no jti': { jti: undefined },
  'no iss': { iss: undefined },
  'iss in an array': { iss: ['silent-refresh-demo'] },
  'another iss': { iss: 'https://evil.example' },
  'no aud': { aud: undefined },
  'an empty aud': { aud: [] },
  'aud as an object': { aud: { api: true } },
  'another aud': { aud: 'API' },
  'no sub': { sub: undefined },
  'no sid': { sid: undefined },
  'no ver': { ver: undefined },
}

const expired = { 'a negative exp': -1, 'exp 0': 0, 'exp an hour ago': 1, 'exp with a fraction': 0.5 }

/** Only the server itself could sign these: no lie of a client, but still nothing that may break it. */
const strange: Record<string, object> = {
  'sub as a number': { sub: 1 },
  'sub as an array': { sub: ['x'] },
  'sub as an object': { sub: { id: 'x' } },
  'sub of nobody': { sub: 'nobody' },
  'sub null': { sub: null },
  'sid as a number': { sid: 1 },
  'sid as an array': { sid: ['x'] },
  'sid as an object': { sid: { id: 'x' } },
  'sid true': { sid: true },
  'sid null': { sid: null },
  'sid of nothing': { sid: 'nothing' },
  'sid that is SQL': { sid: "' OR '1'='1" },
  'sid with a NUL': { sid: 'a\0b' },
  'sid with a lone surrogate': { sid: '\ud800' },
  'sid __proto__': { sid: '__proto__' },
  'ver as text': { ver: '1' },
  'ver as an array': { ver: [1] },
  'ver null': { ver: null },
  'ver true': { ver: true },
  'a negative ver': { ver: -1 },
  'a ver to come': { ver: 2 },
  'a ver with a fraction': { ver: 1.5 },
}

const row = (name: string, code: string | RegExp, token: Token) =>
  bad(`an access token with ${name}`, 401, code, async (user) =>
    everywhere(user, `Bearer ${await token(user)}`),
  )

const all = <Value>(named: Record<string, Value>, code: string | RegExp, token: (value: Value) => Token) =>
  Object.entries(named).map(([name, value]) => row(name, code, token(value)))

export const tokenContentRows = [
  ...all(shapes, 'token_invalid', (token) => token),
  ...all(headers, 'token_invalid', (header) => (user) => user.sign({}, header)),
  ...all(contents, 'token_invalid', (claims) => (user) => user.sign(claims)),
  ...all(expired, 'token_expired', (exp) => (user) => user.sign({ exp })),
  ...all(strange, /token_(invalid|revoked)/, (claims) => (user) => user.sign(claims)),
  row('the session of somebody else', 'token_revoked', (user) => user.sign({ sid: user.othersSession })),
  row('an endless exp', 'token_invalid', (user) =>
    user.sign(JSON.stringify(user.claims).replace(/"exp":[\d.]+/, '"exp":1e400')),
  ),
  row('claims followed by a second object', 'token_invalid', (user) =>
    user.sign(`${JSON.stringify(user.claims)}{}`),
  ),
  row('a key of its own in jwk', 'token_invalid', (user) => user.forge({}, { jwk: user.publicKey })),
  row('the address of a key in jku', 'token_invalid', (user) =>
    user.forge({}, { jku: 'https://evil.example/jwks' }),
  ),
  row('the address of a key in x5u', 'token_invalid', (user) =>
    user.forge({}, { x5u: 'http://127.0.0.1:1/' }),
  ),
  row('the signature of another key', 'token_invalid', (user) => user.forge({})),
  row('the signature of another key and no kid', 'token_invalid', (user) =>
    user.forge({}, { kid: undefined }),
  ),
]

function flip(signature: string): string {
  return (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
}
