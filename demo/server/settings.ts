const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

/** What the host decides about sessions. All durations in milliseconds. */
export interface Settings {
  /** Life of an access token. @default 900_000 (15 minutes) */
  accessTokenLifetime: number
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
  gracePeriod: 10 * second,
  idleLifetime: 7 * day,
  absoluteLifetime: 30 * day,
  clockTolerance: 5 * second,
  strict: false,
  origins: [],
  issuer: 'silent-refresh-demo',
  audience: 'api',
  trustCaller: false,
}

/** Fills in the defaults and refuses what cannot work, at start instead of at the first refresh. */
export function resolveSettings(given: Partial<Settings>): Settings {
  const settings = { ...defaults, ...given }
  for (const name of ['accessTokenLifetime', 'idleLifetime', 'absoluteLifetime'] as const) {
    if (!(Number.isFinite(settings[name]) && settings[name] > 0)) {
      throw new TypeError(`${name} must be a positive number of milliseconds`)
    }
  }
  for (const name of ['gracePeriod', 'clockTolerance'] as const) {
    if (!(Number.isFinite(settings[name]) && settings[name] >= 0)) {
      throw new TypeError(`${name} must be a number of milliseconds, 0 or more`)
    }
  }
  // With tokens of a few seconds a fixed tolerance would double their life.
  const clockTolerance = Math.min(settings.clockTolerance, settings.accessTokenLifetime * 0.2)
  return { ...settings, clockTolerance }
}
