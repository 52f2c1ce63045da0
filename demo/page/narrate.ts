import type { EndReason, RefreshReason, SessionEvent } from 'silent-refresh'
import type { Log } from './log.ts'
import { count, span } from './wording.ts'

const causes: Record<RefreshReason, string> = {
  startup: 'the page has just started and knows no token yet',
  expired: 'calls are waiting for a token',
  rejected: 'a call was answered 401',
  proactive: 'the token is about to expire',
  requested: 'you asked for it',
  verify: 'to see whose cookie it is',
}

export const endings: Record<EndReason, string> = {
  none: 'nobody was signed in',
  expired: 'the server refused the refresh, definitively',
  signed_out: 'you signed out',
  signed_out_elsewhere: 'you signed out in another tab',
  replaced: 'somebody else signed in',
  disposed: 'the session was taken down',
}

/** Tells in plain words what the session did. */
export function narrate(event: SessionEvent, log: Log): void {
  switch (event.type) {
    case 'signed-in':
      log.add(event.elsewhere ? 'Signed in, in another tab.' : 'Signed in.', 'good', false)
      break
    case 'refresh-started':
      log.add(`A refresh begins: ${causes[event.reason]}.`, 'plain', false)
      break
    case 'refreshed': {
      const waiting = event.waiting > 0 ? `; ${wereWaiting(event.waiting)} for it` : ''
      const life = event.expiresAt === undefined ? '' : `, good for ${span(event.expiresAt - Date.now())}`
      log.add(`New token after ${span(event.duration)}${life}${waiting}.`, 'good', false)
      break
    }
    case 'adopted':
      log.add('Another tab has handed over its token.', 'good', false)
      break
    case 'refresh-failed': {
      const waiting = event.waiting > 0 ? ` ${wereWaiting(event.waiting)}.` : ''
      const next = event.retryAt === undefined ? '' : ` Next attempt in ${span(event.retryAt - Date.now())}.`
      log.add(`No new token: ${event.error.message}${waiting} The session is kept.${next}`, 'bad')
      break
    }
    case 'ended':
      log.add(`The session is over: ${endings[event.reason]}.`, 'plain')
      break
  }
}

function wereWaiting(amount: number): string {
  return `${count(amount, 'caller')} ${amount === 1 ? 'was' : 'were'} waiting`
}
