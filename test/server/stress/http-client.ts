import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export interface Exchange {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface HttpClient {
  /** Rejects if the answer does not come whole. */
  send(exchange: Exchange): Promise<HttpAnswer>
  close(): void
}

/** Bare `node:http` with kept connections: the load should cost the server more than the client. */
export function createHttpClient(origin: string): HttpClient {
  const agent = new Agent({ keepAlive: true })
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const sent = request(origin + path, { method, headers, agent }, (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
          })
          response.on('error', reject)
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          )
        })
        sent.on('error', reject)
        sent.end(body)
      }),
    close: () => agent.destroy(),
  }
}
