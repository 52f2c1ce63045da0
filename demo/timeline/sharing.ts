import type { Recording } from './recording.ts'
import type { TimelineRecord } from './records.ts'

type Message =
  | { readonly type: 'hello'; readonly tab: string }
  /** `to`: all of the past of `tab`, for one that has just come. */
  | {
      readonly type: 'records'
      readonly tab: string
      readonly to?: string
      readonly records: readonly TimelineRecord[]
    }

/** Not each by itself: a hundred calls are hundreds of records. */
const batch = 50

/** Tells the other tabs what this one has recorded, and hears from them; who comes later is told of the past. */
export function shareRecords(recording: Recording, hear: (records: readonly TimelineRecord[]) => void): void {
  if (typeof BroadcastChannel === 'undefined') return
  const channel = new BroadcastChannel('silent-refresh-demo.timeline')
  const { tab } = recording
  /** From whom all has been heard from the beginning: nothing is to be heard twice. */
  const known = new Set<string>()
  let waiting: TimelineRecord[] = []
  const post = (message: Message) => channel.postMessage(message)

  function flush(): void {
    if (waiting.length > 0) post({ type: 'records', tab, records: waiting })
    waiting = []
  }

  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.type === 'hello') {
      known.add(data.tab)
      const past = recording.past()
      // The rest is about to be told to all.
      const records = past.slice(0, Math.max(0, past.length - waiting.length))
      return post({ type: 'records', tab, to: data.tab, records })
    }
    if (data.to === tab) known.add(data.tab)
    if (data.to === undefined ? known.has(data.tab) : data.to === tab) hear(data.records)
  })
  recording.listen((record) => {
    if (waiting.push(record) === 1) setTimeout(flush, batch)
  })
  addEventListener('pagehide', () => {
    recording.add({ type: 'closed' })
    flush()
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) recording.add({ type: 'opened' })
  })
  post({ type: 'hello', tab })
}
