import { count, span } from '../page/wording.ts'
import type { Telling } from './describe.ts'
import { type Call, type CallState, type Refresh, stateAt, waitedBy } from './items.ts'
import type { Timeline } from './model.ts'
import { giverOf, hasAsked, lockOf } from './relations.ts'
import { endOf, type Story } from './stories.ts'

const underWay: readonly CallState[] = ['new', 'sent', 'refused', 'waiting', 'retried']

/** A story in one or two sentences. */
export function summarize(story: Story, telling: Telling): string {
  const { now } = telling
  const refresh = tellRefreshes(story, telling)
  if (story.calls.length === 0) return refresh ?? ''
  const waits = story.calls.map((call) => waitedBy(call, now))
  const waiting = waits.filter((wait) => wait > 0).length
  const isWaiting = story.calls.some((call) => stateAt(call, now) === 'waiting')
  const calls = count(story.calls.length, 'call')
  const outcome = tellOutcomes(story.calls, now)
  if (waiting === 0) {
    const took = span(endOf(story, now) - Math.min(...story.calls.map(({ from }) => from)))
    return [`${calls}, none had to wait: ${outcome}, in ${took}.`, refresh].filter(Boolean).join(' ')
  }
  const some = waiting < story.calls.length ? `${waiting} of ${calls}` : calls
  const asked = story.refreshes.filter((one) => hasAsked(telling.timeline, one, now)).length
  const forWhat = asked > 1 ? `for a token, ${asked} attempts` : 'for one refresh'
  const verb = isWaiting ? (waiting === 1 ? 'is waiting' : 'are waiting') : 'waited'
  const wait = isWaiting
    ? `${forWhat}, ${span(Math.max(...waits))} so far`
    : `${span(Math.max(...waits))} ${forWhat}`
  return [`${some} ${verb} ${wait}: ${outcome}.`, refresh].filter(Boolean).join(' ')
}

function tellOutcomes(calls: readonly Call[], now: number): string {
  const counts = new Map<CallState, number>()
  for (const call of calls) {
    const state = stateAt(call, now)
    const key = underWay.includes(state) ? 'sent' : state
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const words: Partial<Record<CallState, string>> = {
    answered: 'answered',
    unauthorized: 'got a 401',
    failed: 'failed',
    dropped: 'given up',
    sent: 'under way',
  }
  const parts = Object.entries(words).flatMap(([state, word]) => {
    const amount = counts.get(state as CallState)
    return amount ? [amount === calls.length && amount > 1 ? `all ${word}` : `${amount} ${word}`] : []
  })
  const refused = calls.filter(({ hasBeenRefused }) => hasBeenRefused).length
  const unseen = refused > 0 && counts.get('answered') === calls.length
  return unseen ? `${parts.join(', ')}, no caller saw a 401` : parts.join(', ')
}

function tellRefreshes(story: Story, telling: Telling): string | undefined {
  const isEventful = story.refreshes.length > 1 || story.calls.length === 0
  // Who asks the server comes first.
  const asks = (refresh: Refresh) => Number(hasAsked(telling.timeline, refresh, telling.now))
  const ordered = [...story.refreshes].sort((one, other) => asks(other) - asks(one))
  const words = ordered.flatMap((refresh) => {
    const word = tellRefresh(refresh, telling, story.calls.length > 0)
    const isPlain = refresh.outcome === 'refreshed' && !isEventful
    return word && !isPlain ? [`${telling.names.get(refresh.tab) ?? 'a tab'} ${word}`] : []
  })
  if (words.length === 0) return undefined
  const sentence = [...new Set(words)].join(', ')
  return `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`
}

function tellRefresh(
  refresh: Refresh,
  { timeline, names, now }: Telling,
  hasCalls: boolean,
): string | undefined {
  const { outcome, to = Infinity, reason } = refresh
  if (to > now)
    return lockOf(timeline, refresh, now)?.state === 'waiting' ? 'waits for the Web Lock' : 'is refreshing'
  if (outcome === 'adopted') {
    const giver = giverOf(timeline, refresh)
    return `took over the token of ${(giver && names.get(giver)) ?? 'another tab'}`
  }
  if (outcome === 'failed') return 'could not refresh and keeps its session'
  if (outcome === 'abandoned') return 'gave its refresh up'
  if (outcome === 'refused')
    return refresh.endReason === 'none' ? 'found nobody signed in' : 'is signed out by the server'
  return reason === 'proactive' && !hasCalls ? 'refreshed ahead of time, no call had to wait' : 'refreshed'
}

/** The whole run in figures. */
export function total(timeline: Timeline, now: number): string {
  const { calls, refreshes, tabs } = timeline
  const asked = refreshes.filter((refresh) => hasAsked(timeline, refresh, now)).length
  const adopted = refreshes.filter(({ outcome }) => outcome === 'adopted').length
  const retried = calls.filter(({ sends }) => sends > 1).length
  const answered = calls.filter((call) => call.steps.at(-1)?.state === 'answered').length
  return [
    count(tabs.size, 'tab'),
    count(calls.length, 'request'),
    `${asked} refresh${asked === 1 ? '' : 'es'}`,
    ...(adopted > 0 ? [`${count(adopted, 'token')} taken over`] : []),
    `${retried} retried`,
    `${answered} answered`,
  ].join(' · ')
}
