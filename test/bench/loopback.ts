import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import axios, { type AxiosInstance } from 'axios'
import { createAxios } from '../../src/clients/axios.ts'
import { openSession, token } from './environment.ts'
import { bareAxios } from './on-axios.ts'
import { bareFetch, ourFetch } from './on-fetch.ts'
import { type Call, type Cost, inTurns, type Rounds, race } from './rounds.ts'

// In a thread of its own: what the server does is no part of the call.
const server = `
  const { createServer } = require('node:http')
  const { parentPort } = require('node:worker_threads')
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json').end('{"ok":true}')
    })
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

/** Over a real connection, where a call takes what a call takes. */
export async function raceOverLoopback(rounds: Rounds): Promise<Record<string, Cost[]>> {
  const worker = new Worker(server, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const origin = `http://127.0.0.1:${port}`
  const session = openSession({ origins: [origin] })
  await session.signIn({ access_token: token, expires_in: 3600 })

  const readAll = async (input: string, init?: RequestInit) => {
    const response = await fetch(input, init)
    await response.text()
    return response
  }
  const plain = bareFetch(readAll)
  const silent = ourFetch(session, readAll)
  const baseURL = `${origin}/api`
  const bare = bareAxios(axios.create({ baseURL }))
  const ours = createAxios(session, { baseURL })
  const [path, url] = [inTurns(''), inTurns(baseURL)]
  const pair = (bareName: string, bareCall: Call, name: string, call: Call) => ({
    [bareName]: bareCall,
    [name]: call,
  })
  const onAxios = (make: (api: AxiosInstance) => Call) =>
    pair('axios, token by hand', make(bare), 'silent-refresh', make(ours))
  const onFetch = (make: (client: typeof plain) => Call) =>
    pair('fetch, token by hand', make(plain), 'silent-refresh/fetch', make(silent))

  const kinds: Record<string, Record<string, Call>> = {
    'axios get': onAxios((api) => () => api.get(path())),
    'axios post with JSON': onAxios((api) => () => api.post(path(), { a: 1 })),
    'axios get, absolute URL': onAxios((api) => () => api.get(url())),
    'fetch get, absolute URL': onFetch((client) => () => client.get(url())),
    'fetch post with JSON, absolute URL': onFetch((client) => () => client.post(url(), { a: 1 })),
  }
  const costs: Record<string, Cost[]> = {}
  for (const [kind, calls] of Object.entries(kinds)) costs[kind] = await race(calls, rounds)
  session.dispose()
  await worker.terminate()
  return costs
}
