import type { SessionEvent } from '../../../src/session/events.ts'
import type { FakeBrowser } from '../../helpers/fake-browser.ts'
import type { Hit } from '../../helpers/fake-server.ts'
import { lacks, type Setting } from './plan.ts'
import { admit, type Visit } from './visit.ts'

/** What must never happen. */
export const faults = {
  'spurious sign-out': 'sessions that ended although nobody had ended them',
  reuse: 'sessions that the server ended because a spent cookie was presented',
  'refresh while signed out': 'refreshes begun by a tab that knew that nobody is signed in',
  hanging: 'promises left hanging',
  'other user': "requests sent with another user's token",
  'sign-out in vain': 'lives whose last word was a sign-out, and somebody is signed in',
  disagreement: 'lives in whose end the tabs did not agree',
  overlap: 'refreshes sent while another one was under way',
  'left behind': 'timers, listeners, locks and channels left after dispose',
  error: 'errors reported, rejections unhandled',
} as const

export type Fault = keyof typeof faults

export interface Complaint {
  readonly fault: Fault
  readonly text: string
}

/** The bounds of what a flight may take before its tab gives it up. */
const refreshTimeout = 8000

interface Flight {
  readonly what: string
  readonly visit: Visit
  readonly at: number
  isDisturbed: boolean
}

/** Watches one life, and complains about what must not be. */
export interface Referee {
  readonly complaints: Complaint[]
  complain(fault: Fault, text: string): void
  watch(visit: Visit): void
  /** Somebody signs in or out, or the server does it for them: now, or until the promise has settled. */
  turn(promise?: Promise<unknown>): void
  /** Something happens after which two refreshes may meet. */
  disturb(visit?: Visit): void
  departs(visit: Visit, url: string): void
  /** A request is about to be made. */
  begins(visit: Visit, path: string): void
  arrives(hit: Hit): void
  judgeToken(visit: Visit, owner: string | undefined, token: string | null): void
}

export function createReferee(browser: FakeBrowser, setting: Setting, tell: (line: string) => void): Referee {
  const { server, clock } = browser
  const complaints: Complaint[] = []
  const begun = new Map<string, string | null | undefined>()
  const seen = new Map<string, string>()
  const flights = new Set<Flight>()
  const hasLocks = !('locks' in lacks[setting.lack])
  let turns = 0
  let open = 0
  let jarUser = server.cookie
  let sender: Visit | undefined
  let reuses = 0
  let lastDisturbance = -Infinity
  /** All whose the cookie has ever been. */
  const users = new Set<string | undefined>([undefined])

  function complain(fault: Fault, text: string): void {
    complaints.push({ fault, text })
    tell(`*** ${fault}: ${text}`)
  }

  /** Whose the cookie is may change by an answer that comes late. */
  function look(): void {
    if (server.reuses > reuses) {
      reuses = server.reuses
      complain('reuse', 'a spent cookie was presented')
    }
    users.add(server.cookie)
    if (server.cookie === jarUser) return
    jarUser = server.cookie
    turns++
  }

  function turn(promise?: Promise<unknown>): void {
    turns++
    look()
    if (!promise) return
    open++
    const end = () => {
      open--
      turns++
      look()
    }
    promise.then(end, end)
  }

  function disturb(visit?: Visit): void {
    for (const flight of flights) if (!visit || flight.visit === visit) flight.isDisturbed = true
  }

  function judgeEnd(visit: Visit, reason: string): void {
    if (reason !== 'expired' && reason !== 'none' && reason !== 'replaced') return
    look()
    const isExplained = open > 0 || visit.seen !== turns || !server.isAlive
    const mayDiffer = !hasLocks && reason === 'replaced' && users.size > 2
    const isOther = visit.user !== server.cookie && (visit.user !== undefined || reason === 'replaced')
    const isLate = clock.now().monotonic < visit.catchesUpUntil
    if (!isExplained && !isOther && !isLate && !mayDiffer)
      complain('spurious sign-out', `${visit.name}: ${reason}`)
  }

  function hear(visit: Visit, event: SessionEvent): void {
    if (visit.state === 'gone') return
    const { type } = event
    tell(
      `    ${visit.name}: ${type}${'reason' in event ? ` ${event.reason}` : ''}${'elsewhere' in event ? ' elsewhere' : ''}`,
    )
    if (type === 'refresh-started') visit.isWanted = event.reason === 'requested' || visit.asked > 0
    if (type === 'signed-in' || type === 'refreshed' || type === 'adopted') {
      visit.seen = turns
      visit.user = server.ownerOf(admit(visit)?.authorization ?? null)
    }
    if (type === 'ended') {
      judgeEnd(visit, event.reason)
      visit.user = undefined
    }
  }

  const { fetch } = server
  Object.assign(server, {
    fetch(input: RequestInfo | URL, init?: RequestInit, isThere?: () => boolean) {
      const answer = fetch(input, init, isThere)
      const path = String(input)
      const what = /\/auth\/(\w+)$/.exec(path)?.[1]
      if (what && sender) fly(what, sender, answer)
      if (what && what !== 'refresh') turn(answer)
      return answer
    },
  })

  /** Calls that write the refresh cookie are to take turns. */
  function fly(what: string, visit: Visit, answer: Promise<Response>): void {
    const at = clock.now().monotonic
    const isLateLogin = what === 'login' && at - visit.signInAt > refreshTimeout
    // What waits for its turn as the page goes does not wait any longer.
    const isHurried = visit.state !== 'running'
    for (const other of flights) {
      const isOver = at - other.at >= refreshTimeout
      if (hasLocks && !isOver && !other.isDisturbed && !isLateLogin && !isHurried)
        complain(
          'overlap',
          `${what} of ${visit.name}, ${at - other.at} ms after the ${other.what} of ${other.visit.name}`,
        )
    }
    const flight = { what, visit, at, isDisturbed: isLateLogin || isHurried || at - lastDisturbance < 5000 }
    flights.add(flight)
    const end = (result: string) => {
      flights.delete(flight)
      tell(`    server: ${result} for the ${what} of ${visit.name}`)
      // Out of its turn, it changes the cookie under the others.
      if (what !== 'refresh') disturb()
      look()
    }
    answer.then(
      ({ status }) => end(String(status)),
      () => end('no answer'),
    )
  }

  return {
    complaints,
    complain,
    watch(visit) {
      visit.seen = turns
      visit.session.subscribe((event) => hear(visit, event))
    },
    turn,
    disturb(visit) {
      if (!visit) lastDisturbance = clock.now().monotonic
      disturb(visit)
    },
    departs(visit, url) {
      sender = visit
      Promise.resolve().then(() => {
        sender = undefined
      })
      if (!url.endsWith('/auth/refresh')) return
      const { status } = visit.session.getSnapshot()
      tell(`    ${visit.name} sends a refresh`)
      if (status === 'unauthenticated' && visit.asked === 0 && !visit.isWanted) {
        complain('refresh while signed out', visit.name)
      }
    },
    begins(visit, path) {
      const token = admit(visit)
      const isKnown = visit.session.getSnapshot().status !== 'loading'
      begun.set(
        path,
        token === undefined
          ? isKnown
            ? visit.user
            : undefined
          : token && server.ownerOf(token.authorization ?? null),
      )
    },
    arrives({ url: { pathname }, authorization }) {
      const owner = server.ownerOf(authorization)
      if (owner === undefined) return
      const before = seen.get(pathname)
      const first = begun.get(pathname)
      if (before !== undefined && before !== owner)
        complain('other user', `${pathname} was sent for ${before} and for ${owner}`)
      seen.set(pathname, owner)
      if (first === null) complain('other user', `${pathname} was made signed out and sent for ${owner}`)
      else if (first !== undefined && first !== owner)
        complain('other user', `${pathname} of ${first} was sent for ${owner}`)
    },
    judgeToken(visit, user, token) {
      const owner = token === null ? undefined : server.ownerOf(`Bearer ${token}`)
      if (owner !== undefined && user !== undefined && owner !== user)
        complain('other user', `${visit.name} asked for a token of ${user} and was given one of ${owner}`)
    },
  }
}
