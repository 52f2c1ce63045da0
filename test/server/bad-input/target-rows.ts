import type { SignedIn } from './signed-in.ts'
import { lines, type WireInput } from './wire-input.ts'

/** Not HTTP as node:http takes it. */
const requestLines: Record<string, string> = {
  'a word': 'nonsense',
  'a method alone': 'POST',
  'the version 1.2': 'POST /auth/refresh HTTP/1.2',
  'the version 9.9': 'POST /auth/refresh HTTP/9.9',
  'a version in small letters': 'POST /auth/refresh http/1.1',
  'a version of one digit': 'POST /auth/refresh HTTP/1',
  'something after the version': 'POST /auth/refresh HTTP/1.1 x',
  'a blank in front': ' POST /auth/refresh HTTP/1.1',
  'tabs between the parts': 'POST\t/auth/refresh\tHTTP/1.1',
  'a blank inside the path': 'POST /auth/ refresh HTTP/1.1',
  'a NUL inside the path': 'POST /auth/refresh\0 HTTP/1.1',
  'a bell inside the path': 'POST /auth/refresh\u0007 HTTP/1.1',
  'a path without a slash': 'POST auth/refresh HTTP/1.1',
  'backslashes in front of the path': 'POST \\\\evil.example/auth/refresh HTTP/1.1',
  'an unknown method': 'FOO /auth/refresh HTTP/1.1',
  'a method in small letters': 'post /auth/refresh HTTP/1.1',
  'a method with a blank': 'PO ST /auth/refresh HTTP/1.1',
  'a method with a NUL': 'POST\0 /auth/refresh HTTP/1.1',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM',
  'a path of 20,000 characters': `POST /auth/${'a'.repeat(20_000)} HTTP/1.1`,
  'a tunnel': 'CONNECT evil.example:443 HTTP/1.1',
  'a tunnel to an endpoint': 'CONNECT /auth/refresh HTTP/1.1',
}

const otherProtocols: Record<string, string> = {
  'NUL bytes': '\0'.repeat(64),
  'the greeting of TLS': '\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003',
  'the greeting of SSH': 'SSH-2.0-client\r\n',
  'a mail': 'EHLO evil.example\r\nMAIL FROM:<eve@evil.example>\r\n',
  'line ends of Unix': 'GET /api/me HTTP/1.1\nHost: localhost\nX: \n\n',
  'line ends of old Macs': 'GET /api/me HTTP/1.1\rHost: localhost\r\r',
}

/** These reach our side of the server. */
const targets: Record<string, [line: string, code: string | RegExp]> = {
  'an asterisk': ['POST * HTTP/1.1', 'invalid_request'],
  'an asterisk to ask for options': ['OPTIONS * HTTP/1.1', 'invalid_request'],
  'a backslash': ['POST /auth\\refresh HTTP/1.1', 'invalid_request'],
  'a dot segment behind a backslash': ['POST /x\\..\\auth/refresh HTTP/1.1', 'invalid_request'],
  'two slashes in front': ['POST //auth/refresh HTTP/1.1', 'not_found'],
  'another host behind two slashes': ['POST //evil.example/auth/refresh HTTP/1.1', 'not_found'],
  'the method TRACE': ['TRACE /auth/refresh HTTP/1.1', 'method_not_allowed'],
  'the method TRACE of the API': ['TRACE /api/me HTTP/1.1', /not_found|method_not_allowed/],
  'another host as absolute target': ['POST http://evil.example/auth/refresh HTTP/1.1', 'https_required'],
  'https as absolute target': [
    'POST https://localhost/auth/logout-all HTTP/1.1',
    /https_required|invalid_request/,
  ],
  'https of another host as absolute target': [
    'POST https://evil.example/auth/logout-all HTTP/1.1',
    /https_required|invalid_request/,
  ],
  'an absolute target without a host': ['POST http:///auth/refresh HTTP/1.1', /not_found|invalid_request/],
  'an absolute target with a bad port': [
    'POST http://localhost:99999/auth/refresh HTTP/1.1',
    'invalid_request',
  ],
  'a fragment': ['POST /auth/refresh#x HTTP/1.1', 'invalid_request'],
  'an absolute target with a user': ['POST http://evil@localhost/auth/refresh HTTP/1.1', 'invalid_request'],
  'an absolute target with a scheme in capitals': [
    'POST HTTP://localhost/auth/refresh HTTP/1.1',
    'invalid_request',
  ],
  'an absolute target with an open bracket': ['POST http://[::1/auth/refresh HTTP/1.1', 'invalid_request'],
  'an absolute target with a percent-encoded host': [
    'POST http://%6cocalhost/auth/refresh HTTP/1.1',
    'invalid_request',
  ],
  'an absolute target of another scheme': ['POST ftp://localhost/auth/refresh HTTP/1.1', 'invalid_request'],
}

const invalidHosts: Record<string, string> = {
  'a blank inside': 'local host',
  'a path': 'localhost/auth',
  'a query': 'localhost?x',
  'a fragment': 'localhost#x',
  'a user': 'evil@localhost',
  'a backslash': 'localhost\\evil',
  'a comma': 'localhost, evil.example',
  'an open bracket': '[::1',
  'a port that is a word': 'localhost:http',
  'a port beyond all': 'localhost:99999',
  'a negative port': 'localhost:-1',
  'a percent-encoding': '%6cocalhost',
  'a script': '<script>',
  'bytes above ASCII': 'localhost\u00ff',
}

const foreignHosts = [
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evillocalhost',
  'localhost.',
  '0.0.0.0',
  '10.0.0.1',
  '128.0.0.1',
  '[::]',
  '[::2]',
  '-',
]

const row = (
  name: string,
  code: string | RegExp | undefined,
  text: (user: SignedIn) => string,
): WireInput => ({
  name,
  code,
  send: (user) => ({ bytes: text(user) }),
})

export const targetRows: WireInput[] = [
  ...Object.entries(requestLines).map(([name, line]) =>
    row(`a request line with ${name}`, undefined, (user) => lines(user, { line })),
  ),
  ...Object.entries(otherProtocols).map(([name, text]) =>
    row(`${name} instead of HTTP`, undefined, () => text),
  ),
  ...Object.entries(targets).map(([name, [line, code]]) =>
    row(`a target with ${name}`, code, (user) => lines(user, { line })),
  ),
  ...Object.entries(invalidHosts).map(([name, host]) =>
    row(`a Host with ${name}`, 'invalid_request', (user) => lines(user, { host })),
  ),
  ...foreignHosts.map((host) =>
    row(`the foreign Host ${host}`, 'https_required', (user) => lines(user, { host })),
  ),
  row('a foreign Host that claims to have come over https', 'https_required', (user) =>
    lines(user, { host: 'evil.example', more: ['X-Forwarded-Proto: https', 'Forwarded: proto=https'] }),
  ),
  row('a foreign Host that claims to be another', 'https_required', (user) =>
    lines(user, { host: 'evil.example', more: ['X-Forwarded-Host: localhost', 'X-Host: localhost'] }),
  ),
  row('an empty Host', 'invalid_request', (user) => lines(user, { host: '' })),
  row('no Host in HTTP/1.1', undefined, (user) => lines(user, { host: null })),
  row('no Host in HTTP/1.0', 'invalid_request', (user) =>
    lines(user, { host: null, line: 'POST /auth/refresh HTTP/1.0' }),
  ),
  row('two Hosts', 'invalid_request', (user) => lines(user, { more: ['Host: evil.example'] })),
]
