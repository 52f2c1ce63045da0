import { expect, it } from 'vitest'
import { openServer } from './real-server.ts'
import { toBytes } from './wire.ts'
import { lines } from './wire-input.ts'

/** An error that nobody listens for ends a Node process, and with it everybody's server. */
it.each(['at once', 'when answered'] as const)('a client that hangs up %s does no harm', async (when) => {
  const server = await openServer()
  const { user, errors } = server
  const answered = [
    lines(user, { line: 'CONNECT evil.example:443 HTTP/1.1' }),
    lines(user, { line: 'GET /api/me HTTP/1.1' }),
    lines(user, { line: 'GET /api/me HTTP/1.1', more: ['Upgrade: websocket'] }),
    lines(user, { line: 'TRACE /api/me HTTP/1.1' }),
    lines(user, { line: 'POST /nothing HTTP/1.1', more: ['Content-Length: 100'], body: '{}' }),
    lines(user, { host: 'local host' }),
    lines(user, { more: ['Content-Length: two'], body: '{}' }),
    lines(user, { more: ['Content-Length: 100000'], body: '{}' }),
    'nonsense\r\n\r\n',
  ]
  const unfinished = [
    '',
    'POST /auth/ref',
    lines(user).slice(0, 100),
    lines(user, { more: ['Content-Length: 100'], body: '{}' }),
    lines(user, { more: ['Transfer-Encoding: chunked'], body: '5\r\n{}' }),
    lines(user, { more: ['Expect: 100-continue', 'Content-Length: 100'], body: '' }),
  ]
  const all = when === 'at once' ? [...answered, ...unfinished] : answered
  for (const bytes of all) await server.hangUp(bytes, when)
  const { before, after } = server.compare()
  expect(after).toEqual(before)
  expect((await server.exchange(toBytes(user.refresh(), user.origin))).status).toBe(200)
  expect(errors.map(({ message }) => message)).toEqual([])
})
