import { type AxiosAdapter, AxiosHeaders } from 'axios'

export const origin = 'https://app.test'

/** What every fetch has to do before it may send and after it has received: make a request and a response. */
export const stubFetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  const isRelative = typeof input === 'string' && input.startsWith('/')
  new Request(isRelative ? origin + input : input, init)
  return new Response('{"ok":true}')
}

export const stubAdapter: AxiosAdapter = async (config) => ({
  data: '{"ok":true}',
  status: 200,
  statusText: 'OK',
  headers: new AxiosHeaders({ 'content-type': 'application/json' }),
  config,
})

/** In memory, and with that quicker than any browser's. */
class StubStorage {
  readonly #items = new Map<string, string>()
  getItem(key: string): string | null {
    return this.#items.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.#items.set(key, value)
  }
  removeItem(key: string): void {
    this.#items.delete(key)
  }
}

export interface StubPage {
  readonly fetch: typeof fetch
  readonly document: { cookie: string }
}

/** What peers look for in a page. After axios has been imported: it is to stay what it is under Node. */
export function installPage(): StubPage {
  const localStorage = new StubStorage()
  const page = {
    fetch: stubFetch as typeof fetch,
    localStorage,
    addEventListener() {},
    removeEventListener() {},
    document: { cookie: '' },
    location: new URL(origin),
  }
  Object.assign(page, { window: page })
  Object.assign(globalThis, { window: page, localStorage, XMLHttpRequest: class {} })
  return page
}
