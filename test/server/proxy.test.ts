import { describe, expect, it } from 'vitest'
import type { RunningServer, ServerOptions } from '../../demo/server/node.ts'
import { start } from './server.ts'

/** As a proxy would pass it on: to the name that the visitor typed, over plain http. */
async function login(
  { url }: RunningServer,
  headers: Record<string, string>,
  password = 'correct horse',
): Promise<Response> {
  return fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-silent-refresh': '1', origin: url, ...headers },
    body: JSON.stringify({ email: 'demo@example.com', password }),
  })
}

async function addresses({ store }: RunningServer): Promise<(string | null)[]> {
  return (await store.read((records) => records.listAuditEntries())).map(({ ip }) => ip)
}

const cookieNames = (response: Response) =>
  response.headers.getSetCookie().map((cookie) => cookie.slice(0, cookie.indexOf('=')))
const toHttps = ({ url }: RunningServer) => url.replace('http:', 'https:')
const trusting: ServerOptions = { trustProxy: true }

describe('a server without a proxy', () => {
  it('believes no header about the address', async () => {
    const server = await start()
    await login(server, { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' })
    expect(await addresses(server)).toEqual(['127.0.0.1'])
  })

  it('cannot be guessed at by inventing addresses', async () => {
    const server = await start()
    const statuses = []
    for (let count = 0; count < 7; count++) {
      const answer = await login(server, { 'x-forwarded-for': `203.0.113.${count}` }, 'wrong')
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
  })

  it('believes no header about the scheme', async () => {
    const server = await start()
    const response = await login(server, { 'x-forwarded-proto': 'https' })
    expect(cookieNames(response)).toEqual(['sr_rt', 'sr_hint'])
    expect(response.headers.get('strict-transport-security')).toBeNull()
    const asHttps = { 'x-forwarded-proto': 'https', origin: toHttps(server) }
    expect((await login(server, asHttps)).status).toBe(403)
  })
})

describe('a server behind a proxy', () => {
  it('takes the address that the proxy added, not those that the client invented', async () => {
    const server = await start(trusting)
    await login(server, { 'x-forwarded-for': '203.0.113.7' })
    await login(server, { 'x-forwarded-for': '127.0.0.1, 198.51.100.1 ,203.0.113.8' })
    await login(server, { 'x-forwarded-for': '2001:db8::1' })
    expect(await addresses(server)).toEqual(['203.0.113.7', '203.0.113.8', '2001:db8::1'])
  })

  it('falls back to the connection where the proxy says nothing', async () => {
    const server = await start(trusting)
    await login(server, {})
    await login(server, { 'x-forwarded-for': ' ' })
    await login(server, { 'x-forwarded-for': '203.0.113.7,' })
    expect(await addresses(server)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1'])
  })

  it('limits by that address', async () => {
    const server = await start(trusting)
    const guess = async (ip: string) =>
      (await login(server, { 'x-forwarded-for': `10.9.8.7, ${ip}` }, 'wrong')).status
    for (let count = 0; count < 5; count++) expect(await guess('203.0.113.7')).toBe(401)
    expect(await guess('203.0.113.7')).toBe(429)
    expect(await guess('203.0.113.8')).toBe(401)
  })

  it('limits one client whose port the proxy tells, too', async () => {
    const server = await start(trusting)
    const statuses = []
    for (let count = 0; count < 6; count++) {
      const answer = await login(server, { 'x-forwarded-for': `203.0.113.7:${40_000 + count}` }, 'wrong')
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  it('answers as over https what the proxy took over https', async () => {
    const server = await start(trusting)
    const headers = { 'x-forwarded-proto': 'https', origin: toHttps(server) }
    const response = await login(server, headers)
    expect(response.status).toBe(200)
    expect(cookieNames(response)).toEqual(['__Host-sr_rt', 'sr_hint'])
    for (const cookie of response.headers.getSetCookie()) expect(cookie).toContain('; Secure')
    expect(response.headers.get('strict-transport-security')).toContain('max-age=')
    const [cookie = ''] = response.headers.getSetCookie()[0]?.split(';') ?? []
    const refreshed = await fetch(`${server.url}/auth/refresh`, {
      method: 'POST',
      headers: { ...headers, cookie, 'content-type': 'application/json', 'x-silent-refresh': '1' },
      body: '{}',
    })
    expect(refreshed.status).toBe(200)
  })

  it('compares the origin with the scheme that the visitor sees', async () => {
    const server = await start(trusting)
    const foreign = { 'x-forwarded-proto': 'https', origin: server.url }
    expect((await login(server, foreign)).status).toBe(403)
    expect((await login(server, { origin: toHttps(server) })).status).toBe(403)
  })

  it('takes for plain what the proxy took over http, whatever the client added', async () => {
    const server = await start(trusting)
    const response = await login(server, { 'x-forwarded-proto': 'https, http' })
    expect(response.status).toBe(200)
    expect(cookieNames(response)).toEqual(['sr_rt', 'sr_hint'])
  })

  it('reads the whole body of a request that came over https', async () => {
    const server = await start(trusting)
    const { access_token: token } = (await (await login(server, {})).json()) as { access_token: string }
    const sent = 'x'.repeat(300_000)
    const response = await fetch(`${server.url}/api/echo`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${token}`,
        'x-forwarded-proto': 'https',
        'content-type': 'text/plain',
      },
      body: sent,
    })
    expect(await response.json()).toMatchObject({ method: 'PUT', length: 300_000, body: sent })
  })
})
