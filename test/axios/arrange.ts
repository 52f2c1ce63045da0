import type { AxiosAdapter, AxiosInstance, CreateAxiosDefaults } from 'axios'
import { createAxios } from '../../src/clients/axios.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { FakeServer, Hit } from '../helpers/fake-server.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { createWorld } from '../helpers/world.ts'

export const adapters = ['fetch', 'function'] as const
export type AdapterKind = (typeof adapters)[number]

export function adapterOf(kind: AdapterKind, server: FakeServer): 'fetch' | AxiosAdapter {
  return kind === 'fetch' ? 'fetch' : functionAdapter(server)
}

interface Arrangement {
  readonly adapter?: AdapterKind
  readonly config?: CreateAxiosDefaults
  readonly options?: Partial<SessionOptions>
}

export async function signedIn({ adapter = 'fetch', config, options }: Arrangement = {}) {
  const world = createWorld()
  const { session, events } = await world.openSignedIn(options)
  // In Node axios makes forms of its own kind unless told otherwise.
  const env = { FormData, Blob }
  const base = { adapter: adapterOf(adapter, world.server), baseURL: 'https://app.test', env }
  const api: AxiosInstance = createAxios(session, { ...base, ...config })
  return { ...world, session, events, api, base }
}

/** Signed in, with a token that has run out unnoticed: the next request waits for a refresh. */
export async function expired(arrangement: Arrangement = {}) {
  const options = { refreshMargin: 0, ...arrangement.options }
  const arranged = await signedIn({ ...arrangement, options })
  await arranged.clock.advance(arranged.server.lifetime)
  return arranged
}

/** A request as it arrived, but for its token. Each form has a boundary of its own. */
export function picture({ method, url, headers, body }: Hit) {
  const { authorization, ...others } = Object.fromEntries(headers)
  const boundary = body.match(/^--(\S+)\r\n/)?.[1] ?? '***'
  const plain = (text: string) => text.replaceAll(boundary, '***')
  return {
    method,
    url: url.href,
    headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, plain(value)])),
    body: plain(body),
  }
}

export const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )
