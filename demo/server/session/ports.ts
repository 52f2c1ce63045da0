import type { Clock, Random } from '../ambient.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'
import type { Cookies } from './cookies.ts'
import type { Keys } from './keys.ts'
import type { Limiter } from './limiter.ts'
import type { Mailer } from './mailer.ts'
import type { PasswordHasher } from './passwords.ts'

/** All that the routes know of the world. */
export interface AppPorts {
  store: Store
  keys: Keys
  passwords: PasswordHasher
  mailer: Mailer
  limiter: Limiter
  clock: Clock
  /** By how much the clock has just jumped ahead, in milliseconds. */
  clockStep: () => number
  random: Random
  settings: Settings
  /** Told about what failed after its answer had gone. */
  onError: (error: Error) => void
  /** Keeps the process alive for what goes on after its answer. */
  defer: (work: Promise<void>) => void
  /** Passwords that everybody tries first. */
  isCommonPassword: (password: string) => boolean
}

/** What the host knows about a request beside the request itself. */
export interface RequestFacts {
  cookies: Cookies
  /** The address of the client, `null` where there is none. */
  ip: string | null
}

/** The bindings of Hono: the routes find them at `context.env`. */
export interface AppEnvironment {
  Bindings: RequestFacts
}
