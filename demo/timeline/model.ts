import type { Call, CallState, Deed, Hold, Refresh, Tab, Token } from './items.ts'
import type { TimelineRecord } from './records.ts'

/** All that is known of what has happened. Records of one tab come in order; those of several may not. */
export interface Timeline {
  readonly tabs: ReadonlyMap<string, Tab>
  readonly tokens: readonly Token[]
  readonly refreshes: readonly Refresh[]
  readonly calls: readonly Call[]
  readonly holds: readonly Hold[]
  readonly deeds: readonly Deed[]
  /** Moves with every change. */
  readonly revision: number
  apply(record: TimelineRecord): void
  /** Forgets what was over by then. */
  forget(before: number): void
}

export function createTimeline(): Timeline {
  const tabs = new Map<string, Tab>()
  let tokens: Token[] = []
  let refreshes: Refresh[] = []
  let calls: Call[] = []
  let holds: Hold[] = []
  let deeds: Deed[] = []
  const open = new Map<string, Call>()
  const counts = new Map<string, number>()
  let revision = 0
  let ids = 0

  /** The newest of a tab, if it still goes on. */
  function current<T extends { tab: string; to?: number }>(list: readonly T[], tab: string): T | undefined {
    const last = list.findLast((one) => one.tab === tab)
    return last?.to === undefined ? last : undefined
  }

  function waitingOf(tab: string): Call[] {
    return [...open.values()].filter((call) => call.tab === tab && call.steps.at(-1)?.state === 'waiting')
  }

  function end(item: { to?: number } | undefined, at: number): void {
    if (item) item.to = at
  }

  function endRefresh(tab: string, changes: Partial<Refresh>): void {
    const refresh = current(refreshes, tab)
    if (refresh) Object.assign(refresh, changes)
  }

  function issue(tab: string, at: number, token: Pick<Token, 'how' | 'expiresAt' | 'bornAt'>): void {
    end(current(tokens, tab), at)
    tokens.push({ kind: 'token', id: `t${++ids}`, tab, from: at, ...token })
  }

  function begin(record: Extract<TimelineRecord, { type: 'begun' }>): void {
    const { tab, at, caller, method, path } = record
    const number = (counts.get(tab) ?? 0) + 1
    counts.set(tab, number)
    const key = keyOf(record)
    const call: Call = {
      kind: 'call',
      id: key,
      tab,
      number,
      caller,
      method,
      path,
      from: at,
      steps: [{ at, state: 'new' }],
      sends: 0,
      hasBeenRefused: false,
      refreshes: [],
    }
    calls.push(call)
    open.set(key, call)
  }

  function applyToCall(record: TimelineRecord & { readonly call: string }): void {
    const { at, tab } = record
    const key = keyOf(record)
    const call = open.get(key)
    if (!call) return
    const step = (state: CallState) => call.steps.push({ at, state })
    if (record.type === 'held') {
      call.reason = record.reason
      const refresh = current(refreshes, tab)
      if (refresh) call.refreshes.push(refresh.id)
      step('waiting')
    } else if (record.type === 'sent') {
      call.sends += 1
      step(call.sends > 1 ? 'retried' : 'sent')
    } else if (record.type === 'answered' && record.status === 401) {
      call.hasBeenRefused = true
      step('refused')
    } else if (record.type === 'passed') call.why = record.why
    else if (record.type === 'dropped') step('dropped')
    else if (record.type === 'settled') {
      call.outcome = record.outcome
      call.to = at
      if (call.steps.at(-1)?.state !== 'dropped') step(finalState(record.outcome))
      open.delete(key)
    }
  }

  function apply(record: TimelineRecord): void {
    const { tab, at } = record
    revision += 1
    if (!tabs.has(tab)) tabs.set(tab, { id: tab, openedAt: at })
    if (record.type === 'begun') begin(record)
    else if ('call' in record) applyToCall(record)
    else applyToTab(record)
  }

  function applyToTab(record: Exclude<TimelineRecord, { readonly call: string }>): void {
    const { tab, at } = record
    switch (record.type) {
      case 'opened':
        delete tabs.get(tab)?.closedAt
        break
      case 'closed':
        Object.assign(tabs.get(tab) ?? {}, { closedAt: at })
        for (const list of [tokens, refreshes, holds])
          end(current<{ tab: string; to?: number }>(list, tab), at)
        break
      case 'refresh-started': {
        const refresh: Refresh = { kind: 'refresh', id: `r${++ids}`, tab, reason: record.reason, from: at }
        refreshes.push(refresh)
        for (const call of waitingOf(tab)) call.refreshes.push(refresh.id)
        break
      }
      case 'refreshed': {
        const { duration, expiresAt } = record
        endRefresh(tab, { to: at, askedAt: at - duration, outcome: 'refreshed', expiresAt })
        issue(tab, at, { how: 'refreshed', expiresAt, bornAt: at - duration })
        break
      }
      case 'adopted': {
        const { expiresAt } = record
        if (!current(refreshes, tab))
          refreshes.push({ kind: 'refresh', id: `r${++ids}`, tab, reason: undefined, from: at })
        endRefresh(tab, { to: at, outcome: 'adopted', expiresAt })
        issue(tab, at, { how: 'adopted', expiresAt, bornAt: at })
        break
      }
      case 'signed-in':
        issue(tab, at, {
          how: record.elsewhere ? 'adopted' : 'signed-in',
          expiresAt: record.expiresAt,
          bornAt: at,
        })
        break
      case 'refresh-failed':
        endRefresh(tab, { to: at, outcome: 'failed', message: record.message })
        break
      case 'refresh-abandoned':
        endRefresh(tab, { to: at, outcome: 'abandoned' })
        break
      case 'ended':
        endRefresh(tab, { to: at, outcome: 'refused', endReason: record.reason })
        end(current(tokens, tab), at)
        break
      case 'lock':
        end(current(holds, tab), at)
        if (record.state !== 'free') holds.push({ tab, state: record.state, from: at })
        break
      case 'deed':
        deeds.push({ tab, at, action: record.action, text: record.text })
    }
  }

  return {
    tabs,
    get tokens() {
      return tokens
    },
    get refreshes() {
      return refreshes
    },
    get calls() {
      return calls
    },
    get holds() {
      return holds
    },
    get deeds() {
      return deeds
    },
    get revision() {
      return revision
    },
    apply,
    forget(before) {
      revision += 1
      const isKept = ({ to }: { to?: number }) => to === undefined || to > before
      tokens = tokens.filter(isKept)
      refreshes = refreshes.filter(isKept)
      calls = calls.filter(isKept)
      holds = holds.filter(isKept)
      deeds = deeds.filter(({ at }) => at > before)
      for (const [id, { closedAt = Infinity }] of tabs) if (closedAt <= before) tabs.delete(id)
    },
  }
}

const keyOf = ({ tab, call }: { tab: string; call: string }) => `${tab} ${call}`

function finalState(outcome: number | string): CallState {
  if (outcome === 401) return 'unauthorized'
  return typeof outcome === 'number' && outcome < 400 ? 'answered' : 'failed'
}
