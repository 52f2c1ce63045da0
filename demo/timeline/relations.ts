import type { Hold, Refresh, Tab, Token } from './items.ts'
import type { Timeline } from './model.ts'

/** What each tab is called in this one: itself, and the others in the order in which they were opened. */
export function nameTabs(timeline: Timeline, own: string): Map<string, string> {
  const tabs = orderTabs(timeline, own)
  return new Map(tabs.map(({ id }, index) => [id, id === own ? 'this tab' : `tab ${index + 1}`]))
}

export function orderTabs({ tabs }: Timeline, own: string): Tab[] {
  const others = [...tabs.values()].filter(({ id }) => id !== own)
  others.sort((one, other) => one.openedAt - other.openedAt)
  const first = tabs.get(own)
  return first ? [first, ...others] : others
}

/** Two tabs' clocks and roundings; refreshes never follow each other that closely. */
const tolerance = 1000

/** The refresh of another tab whose token this one has taken over; it need not be known. */
export function sourceOf(timeline: Timeline, adopted: Refresh): Refresh | undefined {
  const { to = Infinity, expiresAt = NaN } = adopted
  if (adopted.outcome !== 'adopted') return undefined
  let found: Refresh | undefined
  for (const one of timeline.refreshes) {
    if (one.outcome !== 'refreshed' || one.tab === adopted.tab || (one.to ?? 0) > to + tolerance) continue
    if (Math.abs((one.expiresAt ?? NaN) - expiresAt) < tolerance) found = one
  }
  return found
}

/** The tab whose token this one has taken over: it may have got it by signing in. */
export function giverOf(timeline: Timeline, adopted: Refresh): string | undefined {
  const source = sourceOf(timeline, adopted)
  if (source || adopted.outcome !== 'adopted') return source?.tab
  const isSame = ({ how, tab, expiresAt = NaN }: Token) =>
    how !== 'adopted' && tab !== adopted.tab && Math.abs(expiresAt - (adopted.expiresAt ?? NaN)) < tolerance
  return timeline.tokens.findLast(isSame)?.tab
}

/** How the tab of a refresh stood to the Web Lock meanwhile, by the moment `now`. */
export function lockOf({ holds }: Timeline, { tab, from, to }: Refresh, now: number): Hold | undefined {
  const end = Math.min(to ?? now, now)
  return holds.findLast((hold) => hold.tab === tab && hold.from <= end && (hold.to ?? now) >= from)
}

/** Whether the server was asked, as far as can be told: who waits for the lock has not asked yet, and may never do. */
export function hasAsked(timeline: Timeline, refresh: Refresh, now: number): boolean {
  const { outcome, to = Infinity } = refresh
  if (to <= now && (outcome === 'adopted' || outcome === 'refreshed')) return outcome === 'refreshed'
  return lockOf(timeline, refresh, now)?.state !== 'waiting'
}

/** When the refresh ahead of expiry is due, by the library's default; it moves it a little, at random. */
export function dueAt(timeline: Timeline, token: Token): number | undefined {
  const { expiresAt } = token
  if (expiresAt === undefined) return undefined
  const first = firstOf(timeline, token)
  const margin = Math.min(60_000, (expiresAt - first.bornAt) * 0.2)
  return margin > 1000 ? expiresAt - margin : undefined
}

/** The same token where it came from: only there is it known when its life began. */
function firstOf({ tokens }: Timeline, token: Token): Token {
  if (token.how !== 'adopted') return token
  const isSame = ({ how, expiresAt = NaN }: Token) =>
    how !== 'adopted' && Math.abs(expiresAt - (token.expiresAt ?? NaN)) < tolerance
  return tokens.find(isSame) ?? token
}

/** Since when the server has refused it although it had not expired; the visitor made it so. */
export function refusedFrom({ deeds }: Timeline, { from, to = Infinity }: Token): number | undefined {
  return deeds.find(({ action, at }) => action === 'expire' && at >= from && at < to)?.at
}
