import axios, { type InternalAxiosRequestConfig } from 'axios'
import type { Environment, Page } from '../../src/session/environment.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { look } from './secrets.ts'

/** Without a prototype: some tests pollute that of all objects, and what they put there would become a trap. */
function proxy<T extends object>(target: T, handler: ProxyHandler<T>): T {
  return new Proxy(target, Object.assign(Object.create(null), handler) as ProxyHandler<T>)
}

type Call = (...args: never[]) => unknown
type Taps<T> = { readonly [K in keyof T]?: (given: readonly unknown[], result: () => unknown) => unknown }

/** The same object, but for some of its methods; whatever else is done to it later is done to it. */
function tapped<T extends object>(target: T, taps: Taps<T>): T {
  const made = new Map<unknown, unknown>()
  return proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key)
      const tap = Object.hasOwn(taps, key) ? taps[key as keyof T] : undefined
      if (!tap || typeof value !== 'function') return value
      if (!made.has(value)) {
        const method = value as Call
        made.set(value, (...given: never[]) => tap(given, () => Reflect.apply(method, target, given)))
      }
      return made.get(value)
    },
  })
}

interface Home {
  readonly page: Page
  readonly origins: readonly string[]
}

let homes: Home[] = []

/** The sessions of the last test are gone, with all that they allowed. */
export function forgetHomes(): void {
  homes = []
}

function isAllowed(url: string): boolean {
  const newest = homes.at(-1)
  if (!newest) return true
  const base = newest.page.baseUrl()
  if (!URL.canParse(url, base)) return false
  const { origin } = new URL(url, base)
  return homes.some(({ page, origins }) => page.origin === origin || origins.includes(origin))
}

/** No URL has a token in it; to other origins nothing has. */
function lookAtRequest(url: string, content: readonly unknown[]): void {
  look('the URL of a request', url)
  if (!isAllowed(url)) for (const part of content) look('a request to an origin that is not allowed', part)
}

function watchFetch(input: unknown, init: unknown): void {
  const { headers, body } = (init ?? {}) as RequestInit
  const content = [new Headers(headers ?? undefined), typeof body === 'string' ? body : undefined]
  if (input instanceof Request) lookAtRequest(input.url, [input.headers, ...content])
  else lookAtRequest(String(input), content)
}

export function watchTransport(transport: Environment['fetch']): Environment['fetch'] {
  return (input, init) => {
    attempt(() => watchFetch(input, init))
    return init === undefined ? transport(input) : transport(input, init)
  }
}

export function watchRequest(config: InternalAxiosRequestConfig): void {
  attempt(() =>
    lookAtRequest(axios.getUri(config), [
      { ...config.headers },
      typeof config.data === 'string' ? config.data : '',
    ]),
  )
}

/** A request that cannot be made is none of our business; the test wants to see what becomes of it. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {}
}

export function watchEnvironment(environment: Environment, options: SessionOptions): Environment {
  homes.push({
    page: environment.page,
    origins: Object.hasOwn(options, 'origins') ? (options.origins ?? []) : [],
  })
  const storages = new WeakMap<object, object>()
  const watched = tapped(environment, {
    fetch([input, init], send) {
      attempt(() => watchFetch(input, init))
      return send()
    },
    reportError([error], report) {
      look('an error that was reported', error, true)
      return report()
    },
    openChannel(_, open) {
      const channel = open() as object
      if (!Object.hasOwn(options, 'shareToken') || options.shareToken !== false) return channel
      return tapped(channel as { post(message: unknown): void }, {
        post([message], post) {
          look('a message to other tabs, although they share no token', message)
          return post()
        },
      })
    },
  })
  return proxy(watched, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (key !== 'storage' || typeof value !== 'object' || value === null) return value
      const known = storages.get(value)
      if (known) return known
      const storage = tapped(value as NonNullable<Environment['storage']>, {
        write([name, text], write) {
          look('the storage', `${String(name)} ${String(text)}`)
          return write()
        },
      })
      storages.set(value, storage)
      return storage
    },
  })
}

/** Also while a test has put a spy of its own in the place of a method. */
export function watchConsole(): void {
  const made = new WeakMap<object, object>()
  globalThis.console = proxy(console, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      const known = made.get(value)
      if (known) return known
      const method = proxy(value, {
        apply(original, self, args: unknown[]) {
          look('the console', args, true)
          return Reflect.apply(original as Call, self, args as never[])
        },
      })
      made.set(value, method)
      return method
    },
  })
}

/** The class of an error, whose every instance is looked at. */
export function watchErrors<C extends new (...args: never[]) => object>(errors: C): C {
  return proxy(errors, {
    construct(target, args, newTarget) {
      const error: object = Reflect.construct(target, args, newTarget)
      look('an error of the library', error, true)
      return error
    },
  })
}

/** What later scripts of the page could read. */
export function lookAtPage(): void {
  if (typeof document === 'undefined') return
  look('document.cookie', document.cookie)
  for (const name of ['localStorage', 'sessionStorage']) look(name, { ...Reflect.get(globalThis, name) })
}
