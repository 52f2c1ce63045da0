/**
 * How a server takes a refresh cookie that has been spent. `none`: it says who it is, and nothing is kept of it. `strict`: it is theft, and
 * the session is over. `tolerant`: the same, unless its successor has never been presented. `grace`: as `tolerant`, and whatever was
 * spent less than 30 seconds ago is forgiven as well.
 */
export type Rotation = 'none' | 'strict' | 'tolerant' | 'grace'

/** A refresh cookie as a browser holds it. */
export interface RefreshCookie {
  readonly user: string
  readonly login: number
  readonly serial: number
}

interface Login {
  /** Of the newest cookie. */
  serial: number
  /** When each of the others was spent. */
  readonly spentAt: number[]
  isOver: boolean
}

/** The refresh cookies of one server, and the jar of the one browser. */
const grace = 30_000

export function createCookieLedger(now: () => number) {
  const logins: Login[] = []
  const ledger = {
    rotation: 'none' as Rotation,
    jar: undefined as RefreshCookie | undefined,
    reuses: 0,
    get hint() {
      return ledger.jar && `${ledger.jar.login}.${ledger.jar.serial}.0`
    },
    begin(user: string): RefreshCookie {
      logins.push({ serial: 0, spentAt: [], isOver: false })
      return { user, login: logins.length - 1, serial: 0 }
    },
    revoke(cookie: RefreshCookie | undefined): void {
      const login = cookie && logins[cookie.login]
      if (login) login.isOver = true
    },
    isAlive: (cookie: RefreshCookie | undefined) => logins[cookie?.login ?? -1]?.isOver === false,
    /** The cookie to set in the place of the one presented; undefined if that is refused. */
    present(cookie: RefreshCookie | undefined): RefreshCookie | undefined {
      const login = cookie && logins[cookie.login]
      if (ledger.rotation === 'none') return cookie
      if (!login || login.isOver) return undefined
      const isNewest = cookie.serial === login.serial
      if (isNewest) login.spentAt[login.serial++] = now()
      // As long as the newest has never come back, its answer may have been lost.
      const isForgiven =
        (ledger.rotation !== 'strict' && cookie.serial === login.serial - 1) ||
        (ledger.rotation === 'grace' && now() - (login.spentAt[cookie.serial] ?? 0) < grace)
      if (isNewest || isForgiven) return { ...cookie, serial: login.serial }
      login.isOver = true
      ledger.reuses++
      return undefined
    },
  }
  return ledger
}
