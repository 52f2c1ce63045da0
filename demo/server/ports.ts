import type { Clock, Random } from './ambient.ts'
import type { Cookies } from './cookies.ts'
import type { Keys } from './keys.ts'
import type { PasswordHasher } from './passwords.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store.ts'

/** All that the routes know of the world. */
export interface AppPorts {
  store: Store
  keys: Keys
  passwords: PasswordHasher
  clock: Clock
  random: Random
  settings: Settings
}

/** The bindings of Hono: the routes find the cookies of the request at `context.env`. */
export interface AppEnvironment {
  Bindings: Cookies
}
