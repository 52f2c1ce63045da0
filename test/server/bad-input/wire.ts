import { connect } from 'node:net'
import type { Received, Sent } from './bad-input.ts'

/** What goes over the wire as it is; text stands for the bytes of its characters. */
export interface Bytes {
  bytes: string | Uint8Array
  /** The client says that it will send no more, which is how a lie about the length comes out. */
  ends?: boolean
}

/** Sends exactly these bytes and reads until the server hangs up; nobody corrects them on the way. */
export async function exchange(port: number, { bytes, ends = false }: Bytes): Promise<Received> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('end', () => socket.end())
  // A server that has said no need not read the rest: what it said before it cut the line counts.
  socket.on('error', () => undefined)
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  if (ends) socket.end()
  await new Promise<void>((resolve) => socket.on('close', () => resolve()))
  return readAnswer(Buffer.concat(chunks).toString('latin1'))
}

/** Sends these bytes and tears the connection down, at once or when the first of the answer has come. */
export async function hangUp(port: number, bytes: string, when: 'at once' | 'when answered'): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
    if (when === 'when answered') socket.on('data', () => socket.resetAndDestroy())
    socket.write(Buffer.from(bytes, 'latin1'), () => {
      if (when === 'at once') socket.resetAndDestroy()
    })
  })
}

/** A request of the tables, as the bytes that a client would make of it. */
export function toBytes({ method, path, headers, body = '' }: Sent, origin: string): Bytes {
  const content = typeof body === 'string' ? Buffer.from(body) : body
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${content.byteLength}`,
    'Connection: close',
  ]
  return { bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content]) }
}

/** The first answer; `status` is 0 where there is none. */
function readAnswer(raw: string): Received {
  const text = raw.replace(/^HTTP\/1\.1 100 .*?\r\n\r\n/s, '')
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1))
  }
  const rest = text.slice(end + 4)
  const chunked = headers.get('transfer-encoding') === 'chunked'
  const body = chunked
    ? joinChunks(rest)
    : rest.slice(0, Number(headers.get('content-length') ?? rest.length))
  return { status: Number(first.split(' ')[1] ?? 0), headers, text: body }
}

function joinChunks(text: string): string {
  const size = Number.parseInt(text, 16)
  if (!size) return ''
  const start = text.indexOf('\r\n') + 2
  return text.slice(start, start + size) + joinChunks(text.slice(start + size + 2))
}
