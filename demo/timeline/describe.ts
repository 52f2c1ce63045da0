import { endings } from '../page/narrate.ts'
import { count, span } from '../page/wording.ts'
import type { Call, Item, Refresh, Token } from './items.ts'
import type { Timeline } from './model.ts'
import { dueAt, giverOf, refusedFrom } from './relations.ts'

/** Where and when the words are spoken. */
export interface Telling {
  readonly timeline: Timeline
  readonly names: ReadonlyMap<string, string>
  readonly now: number
}

const causes: Record<NonNullable<Refresh['reason']>, string> = {
  startup: 'the page had just started',
  expired: 'calls needed a token and theirs had expired',
  rejected: 'a call was answered 401',
  proactive: 'the token was about to expire',
  requested: 'you asked for it',
  verify: 'it had to be seen whose cookie it is',
}

const heldFor: Record<NonNullable<Call['reason']>, string> = {
  startup: 'no token was known yet',
  expired: 'the token had expired',
  rejected: 'its token was refused',
}

const passedFor: Record<NonNullable<Call['why']>, string> = {
  not_expired: 'it does not say that the token has expired',
  just_issued: 'so new a token cannot have expired',
  one_shot_body: 'its body can be sent only once',
  retried: 'it had been retried already',
  signing_in: 'somebody was signing in',
  no_session: 'nobody is signed in',
  refresh_failed: 'no newer token could be had',
}

export function describe(item: Item, telling: Telling): string {
  if (item.kind === 'call') return describeCall(item, telling)
  return item.kind === 'refresh' ? describeRefresh(item, telling) : describeToken(item, telling)
}

export function clockTime(at: number): string {
  const date = new Date(at)
  const time = date.toLocaleTimeString([], { hour12: false })
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function describeCall(call: Call, { names, now }: Telling): string {
  const client = call.caller === 'page' ? 'of the page itself' : `with ${call.caller}`
  const words = [`Call ${call.number} of ${names.get(call.tab)}, ${call.method} ${call.path} ${client}`]
  const shown = call.steps.filter(({ at }) => at <= now)
  shown.forEach(({ state, at }, index) => {
    const before = shown[index - 1]
    const took = before ? span(at - before.at) : ''
    if (state === 'sent')
      words.push(before?.state === 'waiting' ? `waited ${took}, then sent` : `sent at ${clockTime(at)}`)
    if (state === 'refused') words.push(`answered 401 after ${took}`)
    if (state === 'waiting') words.push(`held, because ${heldFor[call.reason ?? 'expired']}`)
    if (state === 'retried')
      words.push(
        before?.state === 'waiting' ? `waited ${took} for the refresh, then retried` : 'retried at once',
      )
    if (state === 'answered') words.push(`answered ${call.outcome} after ${took}`)
    if (state === 'unauthorized')
      words.push(`its 401 is the caller's${call.why ? `: ${passedFor[call.why]}` : ''}`)
    if (state === 'failed') words.push(`failed with ${call.outcome}`)
    if (state === 'dropped') words.push(`given up after ${took}`)
  })
  const last = shown.at(-1)
  if (last?.state === 'waiting') words.push(`waiting for ${span(now - last.at)}`)
  else if (call.to === undefined || call.to > now) words.push('on its way')
  else words.push(`${span(call.to - call.from)} in all`)
  return `${words.join('; ')}.`
}

function describeRefresh(refresh: Refresh, { timeline, names, now }: Telling): string {
  const tab = names.get(refresh.tab) ?? 'a tab'
  const { from, to, askedAt, outcome, reason } = refresh
  const other = names.get(giverOf(timeline, refresh) ?? '') ?? 'another tab'
  if (!reason) return `At ${clockTime(from)} ${tab} took over the token of ${other}, before it needed one.`
  const words = [`Refresh of ${tab}, wanted at ${clockTime(from)} because ${causes[reason]}`]
  const isOver = to !== undefined && to <= now
  if (!isOver) words.push(`under way for ${span(now - from)}`)
  else if (outcome === 'refreshed') {
    const life = refresh.expiresAt === undefined ? '' : `, good for ${span(refresh.expiresAt - to)}`
    words.push(
      `asked after ${span((askedAt ?? from) - from)}, answered after ${span(to - (askedAt ?? from))}: a new token${life}`,
    )
  } else if (outcome === 'adopted')
    words.push(`after ${span(to - from)} it took over the token of ${other} instead of asking the server`)
  else if (outcome === 'failed')
    words.push(`failed after ${span(to - from)}: ${refresh.message} The session is kept`)
  else if (outcome === 'abandoned') words.push('a sign-in, a sign-out or leaving the page came first')
  else words.push(`the session is over: ${endings[refresh.endReason ?? 'expired']}`)
  const waiting = callsOf(timeline, refresh).length
  if (waiting > 0) words.push(`${count(waiting, 'call')} waited for it`)
  const lock = tellLock(timeline, refresh, now)
  if (lock) words.push(lock)
  return `${words.join('; ').replace('.; ', '; ')}.`.replace('..', '.')
}

export function callsOf({ calls }: Timeline, { id }: Refresh): Call[] {
  return calls.filter(({ refreshes }) => refreshes.includes(id))
}

function tellLock({ holds }: Timeline, { tab, from, to }: Refresh, now: number): string | undefined {
  const during = holds.filter(
    (hold) => hold.tab === tab && hold.from <= (to ?? now) && (hold.to ?? now) >= from,
  )
  const states = new Set(during.map(({ state }) => state))
  if (states.size === 2) return 'it waited for the Web Lock, then held it'
  if (states.has('held')) return 'it held the Web Lock'
  return states.has('waiting') ? 'it waited for the Web Lock, which another tab held' : undefined
}

function describeToken(token: Token, { timeline, names, now }: Telling): string {
  const { from, to, expiresAt, how, tab } = token
  const origin = { 'signed-in': 'by signing in', refreshed: 'by a refresh', adopted: 'from another tab' }[how]
  const words = [`Access token of ${names.get(tab)} since ${clockTime(from)}, got ${origin}`]
  if (expiresAt !== undefined) {
    const left = expiresAt - now
    words.push(left > 0 ? `expires in ${span(left)}` : `expired at ${clockTime(expiresAt)}`)
    const due = dueAt(timeline, token)
    if (due !== undefined) words.push(`a new one is due about ${span(expiresAt - due)} before that`)
    else words.push('too short-lived to be refreshed ahead')
  }
  const refused = refusedFrom(timeline, token)
  if (refused !== undefined) words.push(`you had the server refuse it from ${clockTime(refused)}`)
  if (to !== undefined && to <= now) words.push(`replaced or given up at ${clockTime(to)}`)
  return `${words.join('; ')}.`
}
