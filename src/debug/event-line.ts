import type { AnyEvent, RequestEvent } from '../session/events.ts'
import type { RefreshReason } from '../session/refresh-function.ts'
import type { SessionSnapshot } from '../session/snapshot.ts'

const reasons: Record<RefreshReason, string> = {
  startup: 'the page has started and knows no token yet',
  expired: 'somebody waits, and the token held is good no more',
  rejected: 'a request was answered 401',
  proactive: 'the token is about to expire',
  requested: 'the app asked for it',
  verify: 'to see whose the refresh cookie is',
}

const passed: Record<Extract<RequestEvent, { type: 'request-passed' }>['why'], string> = {
  not_expired: 'it does not say that the token has expired',
  just_issued: 'the token was issued a moment ago, a newer one would not help',
  one_shot_body: 'its body can be read only once, so there is no retry',
  retried: 'it had been retried already',
  signing_in: 'a login call is under way',
  no_session: 'nobody is signed in any more',
  refresh_failed: 'no newer token could be had',
}

const held = {
  startup: 'no token is known yet',
  expired: 'the token held is good no more',
  rejected: 'its token was refused with a 401',
}

const milliseconds = (duration: number) => `${Math.round(duration)} ms`
const waiters = (count: number) => (count === 0 ? 'nobody waited' : `${count} waited`)
const end = (expiresAt: number | undefined) =>
  expiresAt === undefined ? 'good until a 401' : `good until ${new Date(expiresAt).toISOString()}`

/** One event in a sentence, without secrets. */
export function eventLine(event: AnyEvent): string {
  switch (event.type) {
    case 'signed-in':
      return event.elsewhere ? 'signed in, in another tab' : 'signed in'
    case 'refresh-started':
      return `refresh wanted: ${reasons[event.reason]}`
    case 'refreshed':
      return `refreshed in ${milliseconds(event.duration)}: ${waiters(event.waiting)}; ${end(event.expiresAt)}`
    case 'adopted':
      return `took the token of another tab: ${waiters(event.waiting)}; ${end(event.expiresAt)}`
    case 'refresh-failed':
      return `refresh failed, the session is kept: ${event.error.message} ${again(event.retryAt)}; ${waiters(event.waiting)}`
    case 'refresh-abandoned':
      return 'refresh abandoned: a sign-in or sign-out came first, or the page is left'
    case 'stale':
      return 'stale: the token has expired, and no refresh has succeeded'
    case 'ended':
      return `session over (${event.reason})${event.message ? `: ${event.message}` : ''}`
    default:
      return requestLine(event)
  }
}

function again(retryAt: number | undefined): string {
  return retryAt === undefined
    ? '(not tried again by itself)'
    : `(again at ${new Date(retryAt).toISOString()})`
}

function requestLine(event: RequestEvent): string {
  const request = `${event.request.method} ${event.request.url}`
  switch (event.type) {
    case 'request-held':
      return `${request} waits: ${held[event.reason]}`
    case 'request-sent':
      return `${request} sent, having waited ${milliseconds(event.waited)}`
    case 'request-retried':
      return `${request} retried, having waited ${milliseconds(event.waited)}`
    case 'request-dropped':
      return `${request} given up after ${milliseconds(event.waited)}`
    case 'request-passed':
      return `${request} keeps its 401: ${passed[event.why]}`
  }
}

export function snapshotLine({
  status,
  stale,
  refreshing,
  expiresAt,
  coordination,
}: SessionSnapshot): string {
  const life = status === 'authenticated' ? `, ${stale ? 'stale' : end(expiresAt)}` : ''
  return `${status}${life}${refreshing ? ', refreshing' : ''}; tabs: ${coordination}`
}
