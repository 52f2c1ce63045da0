import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of somebody else, on another host: `/open` answers, `/closed` wants a token that nobody here has. */
export async function startForeign() {
  let requests = 0
  let withToken = 0
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader(
      'access-control-allow-headers',
      request.headers['access-control-request-headers'] ?? '*',
    )
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    requests += 1
    if (request.headers.authorization?.startsWith('Bearer')) withToken += 1
    response.setHeader('content-type', 'application/json')
    response.writeHead(request.url === '/closed' ? 401 : 200).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: () => ({ requests, withToken }),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
