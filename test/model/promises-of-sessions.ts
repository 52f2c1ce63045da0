import { isDue, isGood, isValid, type Page, userOf } from './model.ts'
import type { Pending } from './pending.ts'
import { isAwake } from './promises-of-requests.ts'
import type { Happening, Turn, World } from './world.ts'

const maxWait = 15_000
/** A moment less than what it is, for the fractions of clocks. */
const refreshTimeout = 7999
/** How long others wait for the call of a page that is gone. */
const orphanPatience = 3000
/** How long a page listens to what the others say before it sends its own refresh. */
const longestQuestion = 250

/**
 * What the protocol allows for. A call may leave while another one is under way if the turn of either has lasted for as long as
 * a turn may; if the page of that one is gone, and the patience for such calls is over; or if its page goes in this moment.
 * Patience ends early when the wall clock has leapt forward, or when the cookie has changed meanwhile, for whatever reason: then the
 * call is taken for answered. What the app sends by itself takes no turns, and two sign-outs do the same.
 */
function mayOverlap(other: Pending, own: Pending, { clock, lastForward, truth }: World): boolean {
  const now = clock.now().monotonic
  if (other.isOutside || own.isOutside || own.isHurried || other.isHurried) return true
  if (other.kind === 'logout' && own.kind === 'logout') return true
  // A session that was disposed of does not notice that its page goes.
  if (other.isForgotten) return true
  // Just back, it goes on with what it began before it was stopped.
  if (own.page.lateUntil > now || other.page.lateUntil > other.sentAt.monotonic) return true
  const age = now - other.turnSince
  if (Math.max(age, now - own.turnSince) >= refreshTimeout) return true
  // The others know when its turn began: before it asked them.
  const seemsDone = Math.max(lastForward, truth.changedAt) >= other.turnSince - longestQuestion
  return age >= orphanPatience - longestQuestion ? other.isOrphan || seemsDone : other.isOrphan && seemsDone
}

/** Why the page has no need of the refresh that it sends. */
function needless({ page }: Pending, world: World): string | undefined {
  const { token, wants, isWanted, asking, wantsSince } = page
  // It was refused, and the cookie has changed meanwhile: the question is asked once more.
  const isAgain = (turn: Turn) => turn.what === 'refusal' && turn.page === page && turn.at >= wantsSince
  if (world.turns.some(isAgain)) return undefined
  // The clocks were moved while somebody waited: it is sent all the same.
  if (world.lastLeap >= wantsSince - maxWait) return undefined
  const now = world.clock.now()
  const { status } = page.snapshot()
  if (status === 'unauthenticated' && !isWanted && wants !== 'requested') return 'nobody is signed in'
  const isAsked = isWanted || asking > 0 || wants === 'verify' || wants === 'requested'
  if (isAsked || !isGood(page, now, world.lastLeap)) return undefined
  return wants === 'proactive' && token && isDue(token, now) ? undefined : `its token is good (${wants})`
}

/** Another page that has had a better token for long enough to have told this one. */
function richer({ page }: Pending, world: World): Page | undefined {
  const { visits, setting, turns, clock, lastLeap, lastLate, lastReturn, host } = world
  const now = clock.now()
  // Each of these may leave tabs with tokens of the same number, or of an age that nobody can tell.
  if (Math.max(lastLeap, lastLate, lastReturn) > -Infinity) return undefined
  const isQuiet = !turns.some(({ what, at }) => what.startsWith('sign') && now.monotonic - at < 10_000)
  if (!setting.shareToken || !isQuiet || !isAwake(page, world) || page.signingIn > 0) return undefined
  // One that had nothing to say when somebody asked is taken for gone, and not asked again.
  const isKnown = ({ id }: Page) => [...host.stored.keys()].some((key) => key.endsWith(`:tab:${id}`))
  const isOld = (other: Page) => now.monotonic - other.heldSince > 50
  return visits
    .map((visit) => visit.page)
    .find(
      (other) =>
        other !== page &&
        isAwake(other, world) &&
        // One that has come back since says nothing by itself.
        other.lateUntil <= page.wantsSince &&
        other.token !== undefined &&
        other.token.order > (page.token?.order ?? 0) &&
        isGood(other, now, lastLeap) &&
        isOld(other) &&
        isKnown(other) &&
        other.signingIn === 0 &&
        !other.isInDoubt &&
        !page.isInDoubt,
    )
}

/** The latest turn of its kind after something that is counted in the same order. */
function lately({ turns }: World, after: number, isMeant: (turn: Turn) => boolean): Turn | undefined {
  return turns.findLast((turn) => turn.order > after && isMeant(turn))
}

export const promisesOfSessions = {
  '1. One refresh at a time, in all tabs.'(happening: Happening, world: World) {
    if (happening.type !== 'sent' || happening.pending.kind === 'api') return undefined
    const { pending } = happening
    const { page, kind, init } = pending
    const other = world.server.pending.find(
      (each) => each !== pending && each.kind !== 'api' && !mayOverlap(each, pending, world),
    )
    if (other) return `the ${kind} of ${page.name} leaves during the ${other.kind} of ${other.page.name}`
    if (kind !== 'refresh') return undefined
    if (!init.keepalive || init.credentials !== 'include') return 'the refresh would not outlive its page'
    const why = needless(pending, world)
    if (why) return `${page.name} refreshes, although ${why}`
    const rich = richer(pending, world)
    return rich && `${page.name} refreshes, although ${rich.name} has a newer token`
  },

  '6. Only a definitive refusal ends a session.'(happening: Happening, world: World) {
    if (happening.type === 'end')
      return disagreement(
        happening.visits.map(({ page }) => page),
        world,
      )
    if (happening.type !== 'told' || happening.event.type !== 'ended') return undefined
    const { page } = happening.visit
    const { reason } = happening.event
    // Nobody had signed in since, and it is as it was.
    if (reason === page.endedAs) return undefined
    const now = world.clock.now()
    const isCurrent = ({ at, page: who }: Turn) =>
      now.monotonic - at < 1000 || ![page, who].every((each) => isAwake(each, world)) || page.signingIn > 0
    if (reason === 'expired' || reason === 'none') {
      const refusal = lately(world, 0, (turn) => turn.what === 'refusal' && isCurrent(turn))
      if (!refusal) return `${page.name} ends (${reason}) without a refusal`
      return isGood(page, now, world.lastLeap) && refusal.page === page
        ? `${page.name} ends although its token is still good`
        : undefined
    }
    if (reason === 'signed_out_elsewhere') {
      const isElsewhere = ({ what, page: who }: Turn) => what === 'sign-out' && who !== page
      // Word of it may have been under way as the page heard of another sign-in.
      const isExplained =
        lately(world, page.user ? page.epoch : 0, isElsewhere) ||
        lately(world, 0, (turn) => isElsewhere(turn) && isCurrent(turn))
      return isExplained ? undefined : `${page.name} is signed out, and nobody has signed out`
    }
    if (reason === 'replaced') {
      const isOther = ({ what, user }: Turn) => (what === 'grant' || what === 'sign-in') && user !== page.user
      // Where there is doubt, a token that says nothing about itself does not dispel it.
      const isMute = [...world.truth.tokens.values()].some((token) => token.isMalformed)
      // One page finds out, the others take its word for it.
      const isTold = world.visits.some((other) => other.page !== page && other.page.endedAs === reason)
      return isMute || isTold || lately(world, page.epoch, isOther)
        ? undefined
        : `${page.name} is replaced by nobody`
    }
    return undefined
  },

  '7. No call of one user carries the token of another, and no refresh of an older epoch counts.'(
    happening: Happening,
    world: World,
  ) {
    if (happening.type === 'told' && happening.token) {
      const { token, event, visit } = happening
      const { page } = visit
      const isSame = event.type === 'refreshed' || event.type === 'adopted'
      const isOther = page.user !== undefined && page.user !== null && page.user !== userOf(token)
      if (isSame && isOther) return `${page.name} goes on as ${userOf(token)} instead of ${page.user}`
      if (event.type === 'refreshed' && token.order < page.epoch)
        return `${page.name} takes a token that was asked for before its last sign-in or sign-out`
      return undefined
    }
    if (happening.type !== 'sent') return undefined
    const { call, pending } = happening
    if (pending.kind === 'logout') return strayed(pending, world)
    if (!call) return undefined
    const user = userOf(world.truth.tokens.get(pending.headers.get('Authorization')?.slice(7) ?? ''))
    if (user === undefined || call.user === undefined || call.user === user) return undefined
    return `${call.name}, made by ${call.user ?? 'nobody'}, is sent as ${user}`
  },

  '11. Clock steps neither lose sessions nor make them loop.'(
    happening: Happening,
    { refreshes, visits, clock }: World,
  ) {
    if (happening.type !== 'step') return undefined
    const many = 8 * visits.length + happening.passed / 500
    if (refreshes > many) return `${refreshes} refreshes in ${happening.passed} ms`
    return clock.timers > 500 ? `${clock.timers} timers` : undefined
  },
} as const

/** Somebody who has signed in since, in another tab, and is to be signed out with the one who wanted that. */
function strayed({ page, presented }: Pending, world: World): string | undefined {
  const { visits, turns, clock } = world
  const begun = turns.findLast((turn) => turn.what === 'sign-out' && turn.page === page && turn.isBegin)
  const isOther = presented?.login.isAlive && presented.login.order > (begun?.order ?? 0)
  const now = clock.now().monotonic
  const other = visits.find(
    (each) =>
      isAwake(each.page, world) &&
      each.page.token?.login === presented?.login &&
      now - each.page.heldSince > 50,
  )
  // While a sign-in is under way it hears of no other.
  return isOther && other && isAwake(page, world) && page.signingIn === 0
    ? `${page.name} signs out ${presented.login.user}, who has signed in since in ${other.page.name}`
    : undefined
}

/** Whether, in the end, a page is signed out while another one is signed in, or is served as somebody else than the cookie's. */
function disagreement(pages: readonly Page[], { truth, setting }: World): string | undefined {
  // Who does not know whose token the others have cannot notice that the cookie has been changed under them.
  if (!setting.shareToken && truth.isMuddled) return undefined
  const statuses = pages.map((page) => page.snapshot().status)
  if (new Set(statuses).size > 1) return `in the end the tabs are ${statuses.join(', ')}`
  const { jar } = truth
  if (!jar?.login.isAlive || statuses[0] !== 'authenticated') return undefined
  const lost = pages.find(({ token }) => !isValid(token, truth) || userOf(token) !== jar.login.user)
  return lost && `in the end ${lost.name} has no good token of ${jar.login.user}`
}
