/**
 * How a server takes a refresh cookie that has been spent. `none`: it says who it is, and nothing is kept of it. `strict`: it is theft, and
 * the session is over. `tolerant`: the same, unless its successor has never been presented.
 */
export type Rotation = 'none' | 'strict' | 'tolerant'

/** A refresh cookie as a browser holds it. */
export interface RefreshCookie {
  readonly user: string
  readonly login: number
  readonly serial: number
}

interface Login {
  /** Of the newest cookie. */
  serial: number
  isOver: boolean
}

/** The refresh cookies of one server, and the jar of the one browser. */
export function createCookieLedger() {
  const logins: Login[] = []
  const ledger = {
    rotation: 'none' as Rotation,
    jar: undefined as RefreshCookie | undefined,
    reuses: 0,
    get hint() {
      return ledger.jar && `${ledger.jar.login}.${ledger.jar.serial}.0`
    },
    begin(user: string): RefreshCookie {
      logins.push({ serial: 0, isOver: false })
      return { user, login: logins.length - 1, serial: 0 }
    },
    revoke(cookie: RefreshCookie | undefined): void {
      const login = cookie && logins[cookie.login]
      if (login) login.isOver = true
    },
    /** The cookie to set in the place of the one presented; undefined if that is refused. */
    present(cookie: RefreshCookie | undefined): RefreshCookie | undefined {
      const login = cookie && logins[cookie.login]
      if (ledger.rotation === 'none') return cookie
      if (!login || login.isOver) return undefined
      const isNewest = cookie.serial === login.serial
      if (isNewest) login.serial++
      // As long as the newest has never come back, its answer may have been lost.
      const isForgiven = ledger.rotation === 'tolerant' && cookie.serial === login.serial - 1
      if (isNewest || isForgiven) return { ...cookie, serial: login.serial }
      login.isOver = true
      ledger.reuses++
      return undefined
    },
  }
  return ledger
}
