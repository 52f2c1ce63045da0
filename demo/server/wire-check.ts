import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ProblemCode, problem } from './problem.ts'

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
  socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}

function findFault({ method, url = '', rawHeaders }: IncomingMessage): [number, ProblemCode] | undefined {
  if (method === 'TRACE') return [405, 'method_not_allowed']
  // RFC 9112 3.2: the path of our own origin, or the same with our http:// before it.
  const target = /^(?:http:\/\/[^/?#\\]+)?(\/[^\\#]*)$/i.exec(url)?.[1]
  if (target === undefined) return [400, 'invalid_request']
  const hosts = rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === 'host' && index % 2)
  const [host = ''] = hosts
  const isOne = hosts.length === 1 && /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)
  return isOne && URL.canParse(`http://${host}${target}`) ? undefined : [400, 'invalid_request']
}

function refuse(outgoing: ServerResponse, status: number, code: ProblemCode): void {
  const response = problem(status, code)
  outgoing.writeHead(status, { ...Object.fromEntries(response.headers), connection: 'close' })
  void response.text().then((body) => outgoing.end(body))
}
