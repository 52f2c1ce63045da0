import type { EndReason, RefreshReason, RequestEvent } from 'silent-refresh'
import type { Caller } from './records.ts'

/** What the timeline is made of. All times are epoch milliseconds; what has no end yet goes on. */
export interface Tab {
  readonly id: string
  readonly openedAt: number
  closedAt?: number
}

export interface Token {
  readonly kind: 'token'
  readonly id: string
  readonly tab: string
  readonly from: number
  readonly how: 'signed-in' | 'refreshed' | 'adopted'
  /** When its life began, as far as this tab knows: a token that was adopted is older. */
  readonly bornAt: number
  readonly expiresAt: number | undefined
  /** Replaced, or the session is over. */
  to?: number
}

export interface Refresh {
  readonly kind: 'refresh'
  readonly id: string
  readonly tab: string
  /** Undefined where a token came without having been wanted. */
  readonly reason: RefreshReason | undefined
  readonly from: number
  askedAt?: number
  to?: number
  outcome?: 'refreshed' | 'adopted' | 'failed' | 'abandoned' | 'refused'
  expiresAt?: number | undefined
  message?: string
  endReason?: EndReason
}

type Passed = Extract<RequestEvent, { type: 'request-passed' }>

/** A moment in the life of a call, after which it stands differently. */
export interface Step {
  readonly at: number
  readonly state: CallState
}

/**
 * `new`: not sent yet. `refused`: a 401 has come, and the caller has not got it. `unauthorized`: the caller has.
 * `dropped`: given up before it could be sent.
 */
export type CallState =
  | 'new'
  | 'sent'
  | 'refused'
  | 'waiting'
  | 'retried'
  | 'answered'
  | 'unauthorized'
  | 'failed'
  | 'dropped'

export interface Call {
  readonly kind: 'call'
  readonly id: string
  readonly tab: string
  /** Counts the calls of its tab. */
  readonly number: number
  readonly caller: Caller
  readonly method: string
  readonly path: string
  readonly from: number
  readonly steps: Step[]
  sends: number
  hasBeenRefused: boolean
  reason?: 'startup' | 'expired' | 'rejected'
  why?: Passed['why']
  outcome?: number | string
  to?: number
  /** The refreshes it waited for; nearly always one. */
  readonly refreshes: string[]
}

/** The Web Lock, while a tab waits for it or has it. */
export interface Hold {
  readonly tab: string
  readonly state: 'waiting' | 'held'
  readonly from: number
  to?: number
}

export interface Deed {
  readonly tab: string
  readonly at: number
  readonly action: string
  readonly text: string
}

/** What can be pointed at. */
export type Item = Token | Refresh | Call

/** How a call stood at a moment. */
export function stateAt(call: Call, at: number): CallState {
  let state: CallState = 'new'
  for (const step of call.steps) {
    if (step.at > at) break
    state = step.state
  }
  return state
}

/** How long it has waited for a token by then, in all. */
export function waitedBy(call: Call, at: number): number {
  let waited = 0
  call.steps.forEach((step, index) => {
    if (step.state !== 'waiting' || step.at > at) return
    waited += Math.min(at, call.steps[index + 1]?.at ?? at) - step.at
  })
  return waited
}
