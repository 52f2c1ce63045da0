/** What the backend has seen of the page. */
export interface Counts {
  /** Calls of the refresh endpoint, whatever became of them. */
  refreshes: number
  /** 401s with which the API answered the page's calls. */
  unauthorized: number
  /** Requests that came a second time for the same call. */
  retried: number
}

export interface Tally {
  counts(): Counts
  countRefresh(): void
  /** `call` names the call of the page; what has no name was not made by a button. */
  countRequest(call: string | null): void
  countAnswer(call: string | null, status: number): void
}

/** Where the backends of several tabs leave their numbers: each writes its own and reads all others'. */
export interface TallyShelf {
  save(counts: Counts): void
  others(): Counts[]
}

const remembered = 2000

export function createTally(shelf?: TallyShelf): Tally {
  const counts: Counts = { refreshes: 0, unauthorized: 0, retried: 0 }
  const calls = new Set<string>()

  return {
    counts: () => [counts, ...(shelf?.others() ?? [])].reduce(add),
    countRefresh() {
      counts.refreshes += 1
      shelf?.save(counts)
    },
    countRequest(call) {
      if (call === null) return
      if (calls.has(call)) {
        counts.retried += 1
        shelf?.save(counts)
      }
      calls.add(call)
      const [oldest] = calls
      if (calls.size > remembered && oldest !== undefined) calls.delete(oldest)
    },
    countAnswer(call, status) {
      if (call === null || status !== 401) return
      counts.unauthorized += 1
      shelf?.save(counts)
    },
  }
}

function add(one: Counts, other: Counts): Counts {
  return {
    refreshes: one.refreshes + other.refreshes,
    unauthorized: one.unauthorized + other.unauthorized,
    retried: one.retried + other.retried,
  }
}
