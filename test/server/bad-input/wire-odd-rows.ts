import type { SignedIn } from './signed-in.ts'
import { lines, type OddWireInput } from './wire-input.ts'

const odd = (name: string, bytes: (user: SignedIn) => string): OddWireInput => ({
  name,
  status: 200,
  send: (user) => ({ bytes: bytes(user) }),
})

/** What node:http reads as if it were HTTP/1.1, and does not let us see. */
const protocols = ['', ' HTTP/0.9', ' HTTP/2.0', ' RTSP/1.0']
/** Other ways to write the address that browsers trust; they make the first of them all. */
const addresses = ['127.1', '2130706433', '0x7f.0.0.1', 'LOCALHOST', 'app.localhost', '[::1]']

/** Looks wrong on the wire and is right. */
export const wireOddRows: OddWireInput[] = [
  ...protocols.map((protocol) =>
    odd(`a request line with the protocol "${protocol}"`, (user) =>
      lines(user, { line: `POST /auth/refresh${protocol}` }),
    ),
  ),
  ...addresses.map((host) => odd(`the Host ${host}`, (user) => lines(user, { host }))),
  odd('an empty line before the request', (user) => `\r\n${lines(user)}`),
  odd('HTTP/1.0', (user) => lines(user, { line: 'POST /auth/refresh HTTP/1.0' })),
  odd('an absolute target of our own', (user) =>
    lines(user, { line: `POST ${user.origin}/auth/refresh HTTP/1.1` }),
  ),
  odd('header names in capitals', (user) => lines(user).replace(/^[\w-]+:/gm, (name) => name.toUpperCase())),
  odd('no blank after the colons', (user) => lines(user).replace(/^([\w-]+): /gm, '$1:')),
  odd('blanks around the values', (user) => lines(user).replace(/^([\w-]+: )(.*)\r$/gm, '$1 \t$2 \t\r')),
  odd('a second Cookie line', (user) => lines(user).replace('Cookie: ', 'Cookie: theme=dark\r\nCookie: ')),
  odd('a length with zeros in front', (user) => lines(user, { more: ['Content-Length: 0002'], body: '{}' })),
  odd('a body in chunks with an extension and a trailer', (user) =>
    lines(user, { more: ['Transfer-Encoding: chunked'], body: '1;a=b\r\n{\r\n01\r\n}\r\n0\r\nX: y\r\n\r\n' }),
  ),
  odd('an expectation to be let in', (user) => lines(user, { more: ['Expect: 100-continue'] })),
  odd('an upgrade to HTTP/2', (user) =>
    lines(user, { more: ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'] }),
  ),
]
