import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ProblemCode, problem } from '../routes/problem.ts'

/**
 * Answers what no `Request` can be made of, before anybody tries: an exception there would be a 500, or an answer
 * without a code. What Node's parser refuses does not even come here.
 */
export function checkWire(listener: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    const fault = findFault(incoming)
    if (fault) return void refuse(outgoing, ...fault)
    return listener(incoming, outgoing)
  }
}

/** A proxy's business, and we are none: without an answer the client would not know. */
export function refuseTunnel(_incoming: IncomingMessage, socket: Duplex): void {
  // Node listens no more: a client that resets the connection now would end the process.
  socket.on('error', () => socket.destroy())
  const answer = 'HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
  socket.end(answer, () => socket.destroy())
}

function findFault({ method, url = '', rawHeaders }: IncomingMessage): [number, ProblemCode] | undefined {
  if (method === 'TRACE') return [405, 'method_not_allowed']
  // RFC 9112 3.2: the path of our own origin, or the same with our http:// before it.
  const [, authority, target] = /^(?:http:\/\/([^/?#\\]+))?(\/[^\\#]*)$/.exec(url) ?? []
  const hosts = rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === 'host' && index % 2)
  const [host = ''] = hosts
  const isSound = (name: string) =>
    /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(name) && URL.canParse(`http://${name}${target}`)
  const isGood = target !== undefined && hosts.length === 1 && [host, authority ?? host].every(isSound)
  return isGood ? undefined : [400, 'invalid_request']
}

function refuse(outgoing: ServerResponse, status: number, code: ProblemCode): void {
  const response = problem(status, code)
  outgoing.writeHead(status, { ...Object.fromEntries(response.headers), connection: 'close' })
  void response.text().then((body) => outgoing.end(body))
}
