import axios, { type AxiosAdapter, isAxiosError } from 'axios'
import type { RequestEvent, Session, SessionEvent } from 'silent-refresh'
import { createMatching, type Sighting } from './matching.ts'
import { type Caller, epochNow, type Happening, type TimelineRecord } from './records.ts'

/** Writes down what happens in this tab. */
export interface Recording {
  readonly tab: string
  /** What the clients send with: sees each try and its answer. */
  readonly fetch: typeof fetch
  readonly adapter: AxiosAdapter
  begin(call: string, caller: Caller, path: string): void
  settle(call: string, outcome: number | string): void
  add(happening: Happening): void
  /** Follows the events of the session. Returns the undo. */
  follow(session: Session): () => void
  /** Told of all that comes from now on. */
  listen(listener: (record: TimelineRecord) => void): void
  /** What this tab has recorded so far, as far back as it remembers. */
  past(): readonly TimelineRecord[]
  forget(): void
}

const remembered = 6000

export function createRecording(now = epochNow): Recording {
  const tab = crypto.randomUUID().slice(0, 8)
  const matching = createMatching()
  const listeners = new Set<(record: TimelineRecord) => void>()
  let past: TimelineRecord[] = []

  function add(happening: Happening): void {
    const record: TimelineRecord = { ...happening, tab, at: now() }
    past.push(record)
    if (past.length > 2 * remembered) past = past.slice(-remembered)
    for (const listener of listeners) listener(record)
  }

  function begin(call: string, caller: Caller, path: string, method = 'GET'): void {
    matching.begin(call, method, path)
    add({ type: 'begun', call, caller, method, path })
  }

  function settle(call: string, outcome: number | string): void {
    matching.end(call)
    add({ type: 'settled', call, outcome })
  }

  function send(sighting: Sighting): string {
    const { name, isNew } = matching.send(sighting)
    const { method, path } = sighting
    if (isNew) add({ type: 'begun', call: name, caller: 'page', method, path })
    add({ type: 'sent', call: name })
    return name
  }

  function answer(call: string, status: number | null): void {
    matching.answer(call, status)
    add({ type: 'answered', call, status })
    // Nobody tells how the page's own calls end.
    if (matching.isNamed(call)) return
    if (status !== 401) settle(call, status ?? 'no answer')
    // Should the session care for it, an event says so before any timer runs.
    else setTimeout(() => !matching.isTold(call) && settle(call, status))
  }

  function tellRequest(event: RequestEvent): void {
    const { name: call, isNew } = matching.find(event) ?? {}
    if (call === undefined) return
    const { method } = event.request
    const path = new URL(event.request.url, 'http://page').pathname
    if (isNew) add({ type: 'begun', call, caller: 'page', method, path })
    if (event.type === 'request-held') add({ type: 'held', call, reason: event.reason })
    if (event.type === 'request-dropped') add({ type: 'dropped', call })
    if (event.type === 'request-passed') add({ type: 'passed', call, why: event.why })
    const isOver = event.type === 'request-passed' || event.type === 'request-dropped'
    if (isOver && !matching.isNamed(call)) settle(call, event.type === 'request-passed' ? 401 : 'given up')
  }

  function tell(event: SessionEvent, session: Session): void {
    const { type } = event
    // The event itself says nothing of it.
    if (type === 'signed-in') {
      const { expiresAt } = session.getSnapshot()
      add({ type, elsewhere: event.elsewhere === true, expiresAt })
    } else if (type === 'refresh-started') add({ type, reason: event.reason })
    else if (type === 'refreshed') add({ type, expiresAt: event.expiresAt, duration: event.duration })
    else if (type === 'adopted') add({ type, expiresAt: event.expiresAt })
    else if (type === 'refresh-failed') add({ type, message: event.error.message, retryAt: event.retryAt })
    else if (type === 'refresh-abandoned') add({ type })
    else if (type === 'ended') add({ type, reason: event.reason })
  }

  return {
    tab,
    async fetch(input, init) {
      const isRequest = input instanceof Request
      const call = send(
        sight(isRequest ? input.url : String(input), init?.method ?? (isRequest ? input.method : 'GET')),
      )
      try {
        const response = await fetch(input, init)
        answer(call, response.status)
        return response
      } catch (error) {
        answer(call, null)
        throw error
      }
    },
    async adapter(config) {
      const call = send(sight(axios.getUri(config), config.method ?? 'GET'))
      try {
        const response = await axios.getAdapter(axios.defaults.adapter)(config)
        answer(call, response.status)
        return response
      } catch (error) {
        answer(call, (isAxiosError(error) && error.response?.status) || null)
        throw error
      }
    },
    begin,
    settle,
    add,
    follow: (session) =>
      session.subscribe((event) => ('request' in event ? tellRequest(event) : tell(event, session)), {
        requests: true,
      }),
    listen: (listener) => listeners.add(listener),
    past: () => past,
    forget() {
      past = []
    },
  }
}

function sight(url: string, method: string): Sighting {
  const { pathname, searchParams } = new URL(url, 'http://page')
  return { name: searchParams.get('call') ?? undefined, method: method.toUpperCase(), path: pathname }
}
