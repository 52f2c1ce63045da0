import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { parseCookies } from '../../demo/server/session/cookies.ts'
import type { OpenPage } from './open-page.ts'
import type { Backend } from './scenarios.ts'

export interface Call {
  /** Method and path, without the query. */
  readonly name: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly cookies: ReadonlyMap<string, string>
  readonly body: Readonly<Record<string, unknown>>
}

export interface Reply {
  status?: number
  headers?: Record<string, string | string[]>
  body: object
}

export const items = { items: [{ id: 1 }, { id: 2 }] }

const hour = 3_600_000

/** A backend of another kind than the reference backend; closed after the test. */
export async function startSmallServer(
  refreshCall: string,
  answer: (call: Call, now: () => number) => Reply,
): Promise<Backend> {
  let refreshes = 0
  let failures = 0
  let ahead = 0
  const now = () => Date.now() + ahead

  function reply(call: Call): Reply {
    if (call.name !== refreshCall) return answer(call, now)
    refreshes += 1
    if (failures === 0) return answer(call, now)
    failures -= 1
    return { status: 503, body: { message: 'out of order' } }
  }

  const server = createServer(async (request, response) => {
    const given = await text(request)
    const {
      status = 200,
      headers,
      body,
    } = reply({
      name: `${request.method} ${request.url?.split('?')[0]}`,
      headers: request.headers,
      cookies: parseCookies(request.headers.cookie ?? ''),
      body: given ? (JSON.parse(given) as Record<string, unknown>) : {},
    })
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('The server has no address')

  return {
    url: `http://localhost:${address.port}`,
    refreshes: () => refreshes,
    forget() {
      refreshes = 0
    },
    // Both clocks: a page may look at the time in its token, and is not to be told the wrong one.
    async expireTokens(page?: OpenPage) {
      ahead += hour
      await page?.pass(hour)
    },
    failRefreshOnce() {
      failures = 1
    },
  }
}
