import type { Preset } from '../../src/presets.ts'
import { type Call, type Start, type Tab, type Visit, visit } from './visit.ts'

/** What a call has to look like on the wire, every header of it. */
export interface Wire {
  readonly name: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

/** What a failed refresh means. */
export type Meaning = 'session over' | 'try later' | 'misconfigured' | 'no token'

/** All that a preset has to get right about its backend. */
export interface Contract {
  /** Made anew for each test. */
  readonly preset: () => Preset
  readonly start: Start
  readonly refresh: Wire
  /** Undefined if signing out is none of the preset's business. */
  readonly signOut: Wire | undefined
  /** URLs for those who are not signed in. */
  readonly open: readonly string[]
  /** An endpoint that takes a POST of those who are signed in. */
  readonly api: string
  /** Headers of its requests, beside the token. */
  readonly apiHeaders?: Record<string, string>
  /** What stands before the token; undefined if there is none. */
  readonly scheme: string | undefined
  /** Of the access token, in milliseconds; undefined if nobody tells. */
  readonly lifetime: number | undefined
  /** How long before that the next one is asked for; undefined if not before a request needs it. */
  readonly lead: number | undefined
  /**
   * How the API says "expired" where a session does not outlive its token: then nothing that has really expired can be
   * refreshed. `false` if the API does not say so at all. By default the backend says it by itself.
   */
  readonly expired?: (() => Response) | false
  /** The app's own login call. */
  readonly login: () => Promise<Response>
  readonly failures: readonly (readonly [name: string, answer: () => Response, meaning: Meaning])[]
  readonly notExpired: readonly (readonly [name: string, answer: () => Response])[]
}

/** So long a token is too young to be blamed for a 401. */
export const freshness = 6000

export const wireOf = ({ name, url, headers, body }: Call): Wire => ({
  name,
  url,
  headers: Object.fromEntries(headers),
  body,
})

/** A page whose user had signed in before it was opened. */
export async function openPage({ preset, start }: Contract): Promise<Visit & Tab> {
  const page = visit(preset(), start)
  const tab = page.openTab()
  await page.advance(100)
  return { ...page, ...tab }
}

export function post(tab: Pick<Tab, 'send'>, { api }: Contract): Promise<Response> {
  return tab.send(api, { method: 'POST', body: 'n=1', credentials: 'include' })
}

export const apiNameOf = ({ api }: Contract) => `POST ${new URL(api, 'https://app.test').pathname}`

/** From now on the API says "expired": to so many requests, where the backend would not do so by itself. */
export async function letExpire(page: Visit, contract: Contract, times = Infinity): Promise<void> {
  const { expired, lifetime = 0 } = contract
  if (expired === false) return page.advance(lifetime + 1000)
  await page.advance(freshness)
  if (!expired) return page.backend.expire()
  let left = times
  page.instead.set(apiNameOf(contract), () => (left-- > 0 ? expired() : undefined))
}
