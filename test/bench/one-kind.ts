// A process that makes one kind of call, for the counters of the processor.
import axios from 'axios'
import { createAxios } from '../../src/clients/axios.ts'
import { openSession, token } from './environment.ts'
import { bareAxios } from './on-axios.ts'
import { bareFetch, ourFetch } from './on-fetch.ts'
import { type Call, inTurns } from './rounds.ts'
import { stubAdapter, stubFetch } from './stubs.ts'

const [kind = '', calls] = process.argv.slice(2)
const session = openSession()
await session.signIn({ access_token: token, expires_in: 3600 })
const [url, path] = [inTurns('/api'), inTurns('')]
const config = { adapter: stubAdapter, baseURL: '/api' }
const plain = bareFetch(stubFetch)
const silent = ourFetch(session, stubFetch)
const bare = bareAxios(axios.create(config))
const ours = createAxios(session, config)
const kinds: Record<string, Call> = {
  'fetch, token by hand': () => plain.get(url()),
  'silent-refresh/fetch': () => silent.get(url()),
  'axios, token by hand': () => bare.get(path()),
  'silent-refresh': () => ours.get(path()),
}
const call = kinds[kind]
if (!call) throw new Error(`There is no kind of call "${kind}".`)
for (let count = 0; count < Number(calls); count++) await call()
session.dispose()
