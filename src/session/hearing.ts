import type { AccessToken } from './access-token.ts'
import type { Course } from './course.ts'
import type { Clock } from './environment.ts'
import type { EndReason } from './errors.ts'
import { expiryOf } from './landing.ts'
import { unpackToken } from './shared-token.ts'
import { compareLogins } from './stamp.ts'
import type { Standing } from './standing.ts'
import type { News, SharedToken } from './tab-message.ts'
import type { WaitingLine } from './waiting-line.ts'

/** Makes the news of other tabs this tab's own, if they are news: their order decides, not their arrival. */
export interface Hearing {
  hear(news: News): void
  /** A login call is deciding whose session this is: what else begins meanwhile is put off until the end of it. */
  putOff(): void
  catchUp(): void
}

export interface HearingParts {
  readonly standing: Standing
  readonly course: Course
  readonly line: WaitingLine<AccessToken | null>
  readonly clock: Clock
  readonly abandonFlight: () => void
  /** Called when the session is that of another login from now on, or over, because another tab says so. */
  readonly switched: () => void
}

const signedIn = { type: 'signed-in', elsewhere: true } as const

export function createHearing(parts: HearingParts): Hearing {
  const { standing, course, line, clock, abandonFlight, switched } = parts
  const { state, change } = standing
  let isPutOff = false
  let kept: News | undefined

  function hear(news: News): void {
    if (state.reason === 'disposed') return
    // A sign-out cannot wait: the login call under way comes too late then. It does not for any other end.
    if (isPutOff && news.end !== 'signed_out') {
      kept = news
      return
    }
    const order = compareLogins(news.stamp, state.stamp)
    if (order > 0) hearLaterLogin(news)
    else if (order === 0) hearSameLogin(news)
  }

  function hearLaterLogin({ stamp, end, token }: News): void {
    if (end) {
      // Nobody was signed in here, and whoever looks for a session does so in vain.
      if (state.status === 'unauthenticated') course.moveOn(asHeard(end), stamp)
      else course.finish(asHeard(end), { news: stamp })
      switched()
    } else switchTo(stamp, token)
  }

  function hearSameLogin(news: News): void {
    const { status, token, stamp } = state
    if (news.stamp.gen < stamp.gen) return
    if (news.end) {
      // That somebody found nobody signed in tells nothing about a session that is known.
      const counts = news.end === 'none' ? status === 'loading' : status !== 'unauthenticated'
      if (counts) course.finish(asHeard(news.end), { news: news.stamp })
      return
    }
    const isKnown = news.stamp.gen === stamp.gen && (token !== null || status === 'unauthenticated')
    if (news.token && !isKnown) hearToken(news.stamp, news.token)
    // It was not over after all, and tokens are not shared.
    else if (!isKnown && status === 'unauthenticated') switchTo(news.stamp, undefined)
  }

  function hearToken(stamp: News['stamp'], shared: SharedToken): void {
    const { token, isSuspect } = state
    const areKnown = token?.subject !== undefined && shared.subject !== undefined
    if (areKnown && token.subject !== shared.subject) switchTo(stamp, shared)
    else if (areKnown || !token || !isSuspect) adopt(stamp, shared)
  }

  function adopt(stamp: News['stamp'], shared: SharedToken): void {
    const { facts, startedAt, freshFrom } = unpackToken(shared, clock.now())
    abandonFlight()
    if (state.status === 'unauthenticated') course.moveAlong()
    const token = course.issue(facts, startedAt, freshFrom)
    change({ refreshing: false })
    course.keep(token, stamp, { type: 'adopted', expiresAt: expiryOf(token), waiting: line.size }, true)
  }

  /** Somebody has signed in, in another tab. */
  function switchTo(stamp: News['stamp'], shared: SharedToken | undefined): void {
    const { status, token } = state
    const isSameUser = token?.subject !== undefined && token.subject === shared?.subject
    // A page that is only starting shows nobody's data yet: its requests are for whoever is signed in.
    if (status === 'loading' || isSameUser) course.moveAlong(stamp)
    else course.moveOn('replaced', stamp)
    if (shared && status === 'loading') adopt(stamp, shared)
    else if (shared) {
      const { facts, startedAt, freshFrom } = unpackToken(shared, clock.now())
      course.keep(course.issue(facts, startedAt, freshFrom), stamp, signedIn, true)
    } else if (status !== 'loading') {
      const known = { isRejected: false, isSuspect: false, reason: undefined, error: undefined }
      change({ status: 'authenticated', token: null, ...known }, signedIn)
    }
    switched()
  }

  return {
    hear,
    putOff() {
      isPutOff = true
    },
    catchUp() {
      isPutOff = false
      const news = kept
      kept = undefined
      if (news) hear(news)
    },
  }
}

function asHeard(end: EndReason): EndReason {
  return end === 'signed_out' ? 'signed_out_elsewhere' : end
}
