const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

/** What the host decides about sessions. All durations in milliseconds. */
export interface Settings {
  /** Life of an access token. @default 900_000 (15 minutes) */
  accessTokenLifetime: number
  /**
   * Takes up to this part off each life, 0 to 0.5, so that clients do not come back together. Lives under a minute
   * stay exact. @default 0.05
   */
  lifetimeJitter: number
  /** How long a spent refresh token still answers with its successor. @default 10_000 */
  gracePeriod: number
  /** A refresh token nobody uses for so long is dead. @default 7 days */
  idleLifetime: number
  /** No session outlives this, however busy. @default 30 days */
  absoluteLifetime: number
  /** Error of the clocks allowed when checking `exp`; never above 20 % of the lifetime. @default 5000 */
  clockTolerance: number
  /** Every spent refresh token is theft, whatever the reason it came back. @default false */
  strict: boolean
  /**
   * How an access token is checked beside its signature and expiry.
   * `strict`: session and token version are read on every request, a revocation counts at once;
   * `cached`: what was read counts for `cachedFor`, a revocation comes through that much later;
   * `stateless`: nothing is read, a revoked token works until it expires.
   * @default 'strict'
   */
  verification: 'strict' | 'cached' | 'stateless'
  /** @default 5000 */
  cachedFor: number
  /** How long the way to a new password works. @default 30 minutes */
  resetLifetime: number
  /** `false` where a proxy limits, or a test must not be limited. @default true */
  rateLimits: boolean
  /** Other origins that may call with credentials, exactly as in the `Origin` header. @default [] */
  origins: readonly string[]
  /** `iss` of the access tokens. @default 'silent-refresh-demo' */
  issuer: string
  /** `aud` of the access tokens. @default 'api' */
  audience: string
  /**
   * Skip the check of `Sec-Fetch-Site` and `Origin`: only for a host that nobody but its own page can reach,
   * such as a mock inside the page, where these headers do not exist. @default false
   */
  trustCaller: boolean
}

const defaults: Settings = {
  accessTokenLifetime: 15 * minute,
  lifetimeJitter: 0.05,
  gracePeriod: 10 * second,
  idleLifetime: 7 * day,
  absoluteLifetime: 30 * day,
  clockTolerance: 5 * second,
  strict: false,
  verification: 'strict',
  cachedFor: 5 * second,
  resetLifetime: 30 * minute,
  rateLimits: true,
  origins: [],
  issuer: 'silent-refresh-demo',
  audience: 'api',
  trustCaller: false,
}

/** Fills in the defaults and refuses what cannot work, at start instead of at the first refresh. */
export function resolveSettings(given: Partial<Settings>): Settings {
  const settings = { ...defaults, ...given }
  const lives = ['accessTokenLifetime', 'idleLifetime', 'absoluteLifetime', 'resetLifetime'] as const
  for (const name of lives) {
    if (!(Number.isFinite(settings[name]) && settings[name] > 0)) {
      throw new TypeError(`${name} must be a positive number of milliseconds`)
    }
  }
  for (const name of ['gracePeriod', 'clockTolerance', 'cachedFor'] as const) {
    if (!(Number.isFinite(settings[name]) && settings[name] >= 0)) {
      throw new TypeError(`${name} must be a number of milliseconds, 0 or more`)
    }
  }
  if (!(settings.lifetimeJitter >= 0 && settings.lifetimeJitter <= 0.5)) {
    throw new TypeError('lifetimeJitter must be a number from 0 to 0.5')
  }
  if (!['strict', 'cached', 'stateless'].includes(settings.verification)) {
    throw new TypeError("verification must be 'strict', 'cached' or 'stateless'")
  }
  // With tokens of a few seconds a fixed tolerance would double their life.
  const clockTolerance = Math.min(settings.clockTolerance, settings.accessTokenLifetime * 0.2)
  return { ...settings, clockTolerance }
}
