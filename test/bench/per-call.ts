import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import axios, { type AxiosAdapter, AxiosHeaders } from 'axios'
import { createAxios } from '../../src/clients/axios.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import { openSession, token } from './environment.ts'

type Call = () => Promise<unknown>

const authorization = `Bearer ${token}`
const response = new Response('{}')

/** What every fetch has to do before it may send: make a request of its arguments. */
const stubFetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  new Request(new URL(input instanceof Request ? input.url : input, 'https://app.test'), init)
  return response
}

const stubAdapter: AxiosAdapter = async (config) => ({
  data: '{"ok":true}',
  status: 200,
  statusText: 'OK',
  headers: new AxiosHeaders({ 'content-type': 'application/json' }),
  config,
})

/** Nanoseconds per call, one call after the other. */
async function time(call: Call, calls: number): Promise<number> {
  const start = performance.now()
  for (let count = 0; count < calls; count++) await call()
  return ((performance.now() - start) / calls) * 1e6
}

const quantile = (values: number[], share: number) =>
  values.sort((one, other) => one - other)[Math.floor((values.length - 1) * share)] ?? NaN

/** The same request on the wire, with a token set by hand and by a session, in turns. */
export async function measurePerCall(rounds = 41, calls = 2000): Promise<void> {
  const session = openSession()
  await session.signIn({ access_token: token, expires_in: 3600 })
  const ourFetch = createFetch(session, { fetch: stubFetch })
  const bare = axios.create({ adapter: stubAdapter, baseURL: '/api' })
  bare.interceptors.request.use(
    (config) => {
      config.headers.set('Authorization', authorization)
      return config
    },
    null,
    { synchronous: true },
  )
  const ours = createAxios(session, { adapter: stubAdapter, baseURL: '/api' })
  const post = { method: 'POST', body: '{"a":1}' }
  const json = { 'Content-Type': 'application/json' }

  const untouched = axios.create({ adapter: stubAdapter, baseURL: '/api' })
  const pairs: [name: string, bare: Call, ours: Call][] = [
    ['axios get, against no token at all', () => untouched.get('/me'), () => ours.get('/me')],
    ['axios get', () => bare.get('/me'), () => ours.get('/me')],
    ['axios post', () => bare.post('/me', { a: 1 }), () => ours.post('/me', { a: 1 })],
    [
      'fetch get',
      () => stubFetch('/api/me', { headers: { Authorization: authorization } }),
      () => ourFetch('/api/me'),
    ],
    [
      'fetch get, absolute URL',
      () => stubFetch('https://app.test/api/me', { headers: { Authorization: authorization } }),
      () => ourFetch('https://app.test/api/me'),
    ],
    [
      'fetch post',
      () => stubFetch('/api/me', { ...post, headers: { ...json, Authorization: authorization } }),
      () => ourFetch('/api/me', { ...post, headers: json }),
    ],
  ]

  console.log('A call with a valid token, over a stub transport (median; ratio with its quartiles)')
  for (const [name, plain, silent] of pairs) {
    await time(plain, calls)
    await time(silent, calls)
    const plains: number[] = []
    const silents: number[] = []
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const [one, other] = round % 2 ? [plain, silent] : [silent, plain]
      const first = await time(one, calls)
      const second = await time(other, calls)
      const [a, b] = round % 2 ? [first, second] : [second, first]
      plains.push(a)
      silents.push(b)
      ratios.push(b / a)
    }
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(2))
    const microseconds = (values: number[]) => `${(quantile(values, 0.5) / 1000).toFixed(1)} µs`
    console.log(
      `  ${name.padEnd(34)} bare ${microseconds(plains)}, with a session ${microseconds(silents)}: ${middle}x (${low} to ${high})`,
    )
  }
  session.dispose()
}

/** The same over a real connection, where a call takes what a call takes. */
export async function measureLoopback(rounds = 21, calls = 200): Promise<void> {
  const server = createServer((_, response) => response.end('{}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const session = openSession({ origins: [origin] })
  await session.signIn({ access_token: token, expires_in: 3600 })
  const send = createFetch(session, { fetch })
  const ours = async () => (await send(`${origin}/api/me`)).text()
  const plain = async () =>
    (await fetch(`${origin}/api/me`, { headers: { Authorization: authorization } })).text()
  await time(plain, calls)
  await time(ours, calls)
  const ratios: number[] = []
  const plains: number[] = []
  for (let round = 0; round < rounds; round++) {
    const first = await time(round % 2 ? plain : ours, calls)
    const second = await time(round % 2 ? ours : plain, calls)
    const [a, b] = round % 2 ? [first, second] : [second, first]
    plains.push(a)
    ratios.push(b / a)
  }
  console.log(
    `  ${'fetch over a loopback connection'.padEnd(34)} bare ${(quantile(plains, 0.5) / 1000).toFixed(0)} µs: ${quantile(ratios, 0.5).toFixed(2)}x`,
  )
  session.dispose()
  server.closeAllConnections()
  server.close()
}
