import axios, { type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
import type { Gate } from '../session/gate.ts'

/** The adapter below ours, and what has to be known about it. */
export interface Transport {
  readonly send: AxiosAdapter
  /** Whether it is axios's own fetch adapter. */
  readonly isFetch: boolean
  /** Where the answer came from at last, redirects followed; undefined if the adapter does not say. */
  finalUrlOf(response: AxiosResponse): string | undefined
}

function finalUrlOfXhr(response: AxiosResponse): string | undefined {
  const { responseURL } = (response.request ?? {}) as { responseURL?: unknown }
  return typeof responseURL === 'string' ? responseURL : undefined
}

function resolve(
  adapter: InternalAxiosRequestConfig['adapter'],
  config: InternalAxiosRequestConfig,
): AxiosAdapter {
  // Its declared type leaves out the config, which the fetch adapter looks into for its `env`.
  return (axios.getAdapter as (adapter: unknown, config: InternalAxiosRequestConfig) => AxiosAdapter)(
    adapter ?? axios.defaults.adapter,
    config,
  )
}

export type FindTransport = (
  adapter: InternalAxiosRequestConfig['adapter'],
  config: InternalAxiosRequestConfig,
) => Transport

type Fetch = Gate['fetch']

/** Where answers came from at last, by their requests. */
const finalUrls = new WeakMap<object, string>()
// One for all sessions, and without any of them: axios keeps an adapter for ever for each `fetch` that it is lent.
const remembering = new WeakMap<Fetch, Fetch>()

function rememberingFetch(fetch: Fetch): Fetch {
  const known = remembering.get(fetch)
  if (known) return known
  const made: Fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (typeof input === 'object') finalUrls.set(input, response.url)
    return response
  }
  remembering.set(fetch, made)
  return made
}

/** Finds adapters as axios would. Its fetch adapter is lent a `fetch` that remembers where answers came from. */
export function createTransports(fetch: Fetch): FindTransport {
  const names = new Map<AxiosAdapter, boolean>()

  /** Only one of axios's own can be the fetch adapter, and it is the same function as long as its `env` is. */
  function isFetchAdapter(send: AxiosAdapter, config: InternalAxiosRequestConfig): boolean {
    let isFetch = names.get(send)
    if (isFetch === undefined) {
      try {
        isFetch = resolve('fetch', config) === send
      } catch {
        isFetch = false
      }
      names.set(send, isFetch)
    }
    return isFetch
  }

  return (adapter, config) => {
    const send = resolve(adapter, config)
    if (typeof adapter === 'function' || !isFetchAdapter(send, config)) {
      return { send, isFetch: false, finalUrlOf: finalUrlOfXhr }
    }
    if (config.env?.fetch) return { send, isFetch: true, finalUrlOf: finalUrlOfXhr }
    return {
      send: resolve('fetch', {
        ...config,
        env: { ...config.env, fetch: rememberingFetch(fetch) },
      }),
      isFetch: true,
      finalUrlOf: ({ request }) => (request ? finalUrls.get(request as object) : undefined),
    }
  }
}
