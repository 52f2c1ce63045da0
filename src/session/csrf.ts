import type { CsrfHeader } from './auth-endpoint.ts'
import type { Environment, Page } from './environment.ts'
import { inTime } from './in-time.ts'
import type { CsrfOptions } from './options.ts'

/** The header that keeps requests from being forged. */
export interface Csrf {
  /** What a request carries now. */
  headers(): Record<string, string>
  /** Whether an answer says that what the request carried is no good, and there is a way to a better one. */
  isRefused(status: number): boolean
  /** The value that a request carries now. */
  value(): string | undefined
  /**
   * Gets a new cookie in the place of the one that a request `used`, unless it is there already; once for all who ask
   * meanwhile. Says whether it is there; never rejects.
   */
  renew(used: string | undefined): Promise<boolean>
  /** Called before a call that may change the cookie; what it returns waits until the page can read what the answer brought. */
  expectCookie(): () => Promise<void>
  /** Waits until the page can read what answers have brought so far, be it those of other tabs. */
  landed(): Promise<void>
}

/** The header at this moment; none if its value is not there. */
export function csrfHeader(source: CsrfHeader, page: Page): Record<string, string> {
  const { header, ...rest } = source
  const given = Object.hasOwn(rest, 'cookie')
    ? page.readCookie((rest as { cookie: string }).cookie)
    : (rest as { value: string | (() => string | null | undefined) }).value
  const value = typeof given === 'function' ? given() : given
  return value === undefined || value === null ? {} : { [header]: value }
}

export function createCsrf(options: CsrfOptions, environment: Environment, timeout: number): Csrf {
  const { renewal, ...source } = { __proto__: null, ...options } as unknown as CsrfOptions
  let underWay: Promise<boolean> | undefined
  let landing: Promise<void> | undefined

  /** Once for a thousand who ask at the same moment; whoever asks later may be waiting for a cookie that came later. */
  function landed(): Promise<void> {
    if (!Object.hasOwn(source, 'cookie')) return Promise.resolve()
    if (!landing) {
      landing = environment.page.cookiesLanded()
      queueMicrotask(() => {
        landing = undefined
      })
    }
    return landing
  }

  function expectCookie(): () => Promise<void> {
    const before = value()
    return async () => {
      if (value() === before) await landed()
    }
  }

  async function replace(used: string | undefined): Promise<boolean> {
    await landed()
    return value() !== used || ask(String(renewal?.url))
  }

  async function ask(url: string): Promise<boolean> {
    const hasLanded = expectCookie()
    const init = { __proto__: null, credentials: 'include', cache: 'no-store', redirect: 'error' }
    try {
      const { ok } = await inTime(environment.fetch(url, init as RequestInit), environment.clock, timeout)
      await hasLanded()
      return ok
    } catch {
      return false
    }
  }

  const headers = () => csrfHeader(source, environment.page)
  const value = () => headers()[source.header]

  return {
    headers,
    value,
    isRefused: (status) => renewal?.status.includes(status) ?? false,
    async renew(used) {
      if (value() !== used) return true
      underWay ??= replace(used).finally(() => {
        underWay = undefined
      })
      return underWay
    },
    expectCookie,
    landed,
  }
}
