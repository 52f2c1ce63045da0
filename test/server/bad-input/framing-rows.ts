import type { SignedIn } from './signed-in.ts'
import { lines, type WireInput } from './wire-input.ts'

const long = 'x'.repeat(20_000)

/** One line too many, or one that is none. */
const headerLines: Record<string, string> = {
  'without a colon': 'nonsense',
  'without a name': ': value',
  'with a blank before the colon': 'X-Header : value',
  'with a blank inside the name': 'X Header: value',
  'with a NUL inside the name': 'X\0Header: value',
  'with a NUL inside the value': 'X-Header: a\0b',
  'with a bell inside the value': 'X-Header: a\u0007b',
  'with a lone carriage return': 'X-Header: a\rb',
  'with a lone line feed': 'X-Header: a\n b',
  'with an umlaut in the name': 'X-H\u00e4der: value',
  'with brackets in the name': 'X(Header): value',
  'that goes on in the next': 'X-Header: a\r\n b',
  'with a value of 20,000 characters': `X-Header: ${long}`,
  'with a name of 20,000 characters': `${long}: value`,
  'with 3,000 short ones': Array.from({ length: 3000 }, (_, index) => `X${index}: ${index}`).join('\r\n'),
  'with an expectation that nobody has': 'Expect: nonsense',
}

const lengths: Record<string, string[]> = {
  'a second length': ['Content-Length: 2', 'Content-Length: 3'],
  'the same length twice': ['Content-Length: 2', 'Content-Length: 2'],
  'two lengths in one line': ['Content-Length: 2, 2'],
  'a negative length': ['Content-Length: -2'],
  'a length with a plus': ['Content-Length: +2'],
  'a length with a fraction': ['Content-Length: 2.0'],
  'a hexadecimal length': ['Content-Length: 0x2'],
  'a length with an exponent': ['Content-Length: 2e0'],
  'a length of two numbers': ['Content-Length: 2 2'],
  'a length that is a word': ['Content-Length: two'],
  'an empty length': ['Content-Length:'],
  'a length beyond all': [`Content-Length: ${'9'.repeat(30)}`],
  'length and chunks': ['Content-Length: 2', 'Transfer-Encoding: chunked'],
  'chunks and length': ['Transfer-Encoding: chunked', 'Content-Length: 2'],
  'an unknown encoding': ['Transfer-Encoding: nonsense'],
  'the encoding identity': ['Transfer-Encoding: identity'],
  'gzip after the chunks': ['Transfer-Encoding: chunked, gzip'],
  'an encoding that starts like chunks': ['Transfer-Encoding: chunkedx'],
  'chunks in quotes': ['Transfer-Encoding: "chunked"'],
  'chunks after a vertical tab': ['Transfer-Encoding: \u000bchunked'],
}

const chunks: Record<string, string> = {
  'a size that is a word': 'zz\r\n{}\r\n0\r\n\r\n',
  'a negative size': '-2\r\n{}\r\n0\r\n\r\n',
  'a size with a prefix': '0x2\r\n{}\r\n0\r\n\r\n',
  'a size with a blank in front': ' 2\r\n{}\r\n0\r\n\r\n',
  'an empty size': '\r\n{}\r\n0\r\n\r\n',
  'a size beyond all': `${'f'.repeat(30)}\r\n{}\r\n0\r\n\r\n`,
  'a size that is too small': '1\r\n{}\r\n0\r\n\r\n',
  'a NUL after the size': '2\0\r\n{}\r\n0\r\n\r\n',
  'an extension of 20,000 characters': `2;${long}\r\n{}\r\n0\r\n\r\n`,
  'a line feed inside the extension': '2;a\nb\r\n{}\r\n0\r\n\r\n',
  'no line end after the data': '2\r\n{}0\r\n\r\n',
  'a trailer without a colon': '2\r\n{}\r\n0\r\nnonsense\r\n\r\n',
  'a trailer of 20,000 characters': `2\r\n{}\r\n0\r\nX: ${long}\r\n\r\n`,
}

/** What is cut off when the client says that it has sent all. */
const cut: Record<string, (user: SignedIn) => string> = {
  'a body shorter than its length': (user) => lines(user, { more: ['Content-Length: 100'], body: '{}' }),
  'no body where a length is': (user) => lines(user, { more: ['Content-Length: 100'], body: '' }),
  'chunks without an end': (user) =>
    lines(user, { more: ['Transfer-Encoding: chunked'], body: '2\r\n{}\r\n' }),
  'a chunk shorter than its size': (user) =>
    lines(user, { more: ['Transfer-Encoding: chunked'], body: '5\r\n{}' }),
  'a size without a line end': (user) => lines(user, { more: ['Transfer-Encoding: chunked'], body: '2' }),
  'header lines without an end': (user) => lines(user).replace(/\r\n\r\n.*$/s, '\r\n'),
  'half a request line': () => 'POST /auth/ref',
}

const doubled: Record<string, [line: string, code: string]> = {
  'Content-Type': ['Content-Type: text/plain', 'csrf'],
  'Sec-Fetch-Site': ['Sec-Fetch-Site: cross-site', 'csrf'],
  'X-Silent-Refresh': ['X-Silent-Refresh: 1', 'csrf'],
}

const login = JSON.stringify({ email: 'demo@example.com', password: 'correct horse' })
const chunked = (size: number) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`

const row = (
  name: string,
  code: string | undefined,
  bytes: (user: SignedIn) => string,
  ends = false,
): WireInput => ({ name, code, send: (user) => ({ bytes: bytes(user), ends }) })

export const framingRows: WireInput[] = [
  ...Object.entries(headerLines).map(([name, line]) =>
    row(`a header line ${name}`, undefined, (user) => lines(user, { more: [line] })),
  ),
  ...Object.entries(lengths).map(([name, more]) =>
    row(`a request with ${name}`, undefined, (user) => lines(user, { more, body: '2\r\n{}\r\n0\r\n\r\n' })),
  ),
  ...Object.entries(chunks).map(([name, body]) =>
    row(`chunks with ${name}`, undefined, (user) =>
      lines(user, { more: ['Transfer-Encoding: chunked'], body }),
    ),
  ),
  ...Object.entries(cut).map(([name, bytes]) => row(name, undefined, bytes, true)),
  ...Object.entries(doubled).map(([name, [line, code]]) =>
    row(`a second ${name}`, code, (user) => lines(user, { more: [line] })),
  ),
  row('a second Authorization', 'token_invalid', (user) =>
    lines(user, {
      line: 'POST /auth/logout-all HTTP/1.1',
      more: [`Authorization: Bearer ${user.accessToken}`],
    }),
  ),
  row('a second Authorization of another scheme', 'token_invalid', (user) =>
    lines(user, { line: 'POST /auth/logout-all HTTP/1.1', more: ['Authorization: Basic eDp5'] }),
  ),
  row('a second Origin', 'csrf', (user) =>
    lines(user, { more: [`Origin: ${user.origin}`, 'Origin: https://evil.example'] }).replace(
      'Sec-Fetch-Site: same-origin\r\n',
      '',
    ),
  ),
  row('a tossed Cookie before the good one', 'no_session', (user) =>
    lines(user).replace('Cookie: ', `Cookie: ${user.cookieName}=tossed\r\nCookie: `),
  ),
  row('a length that cuts the body', undefined, (user) =>
    lines(user, { line: 'POST /auth/login HTTP/1.1', more: ['Content-Length: 20'], body: login }),
  ),
  row('a length of nothing', undefined, (user) =>
    lines(user, { line: 'POST /auth/login HTTP/1.1', more: ['Content-Length: 0'], body: login }),
  ),
  row('no length at all', undefined, (user) =>
    lines(user, { line: 'POST /auth/login HTTP/1.1', body: login }),
  ),
  row('a chunk of more than 16 KiB', 'body_too_large', (user) =>
    lines(user, { more: ['Transfer-Encoding: chunked'], body: chunked(16 * 1024 + 1) }),
  ),
  row(
    'a length of 17,000 with two bytes',
    'body_too_large',
    (user) => lines(user, { more: ['Content-Length: 17000'], body: '{}' }),
    true,
  ),
  row('a GET with a second request for its body', 'method_not_allowed', (user) => {
    const second = lines(user, { line: 'POST /auth/logout-all HTTP/1.1' })
    return lines(user, {
      line: 'GET /auth/refresh HTTP/1.1',
      more: [`Content-Length: ${second.length}`],
      body: second,
    })
  }),
  row('an upgrade to a socket', 'method_not_allowed', (user) =>
    lines(user, { line: 'GET /auth/refresh HTTP/1.1', more: ['Upgrade: websocket'] }),
  ),
]
