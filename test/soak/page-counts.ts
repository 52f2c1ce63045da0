// Counts what a page holds. It has to be loaded before anything that it counts has begun.
import { watchAbortListeners } from './abort-listeners.ts'

const timers = new Set<unknown>()
const channels = new Set<object>()
// Browsers call them on the window only.
const [startTimer, stopTimer] = [setTimeout.bind(globalThis), clearTimeout.bind(globalThis)]

globalThis.setTimeout = ((callback: () => void, delay?: number) => {
  const fire = () => {
    timers.delete(id)
    callback()
  }
  const id = startTimer(fire, delay)
  timers.add(id)
  return id
}) as typeof setTimeout

globalThis.clearTimeout = (id) => {
  timers.delete(id)
  stopTimer(id)
}

globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name: string) {
    super(name)
    channels.add(this)
  }

  override close(): void {
    channels.delete(this)
    super.close()
  }
}

/** Who listens, by its target and the type. */
const listening = new Map<EventTarget, Map<string, Set<unknown>>>(
  [window, document].map((target) => [target, new Map()]),
)

/** What drives the browser listens to pointers, to see where it clicks; the library never does. */
const driversOwn = /mouse|pointer|click|touch|contextmenu|playwright/

for (const [target, types] of listening) {
  const { addEventListener, removeEventListener } = target
  target.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    types.set(args[0], (types.get(args[0]) ?? new Set()).add(args[1]))
    addEventListener.apply(target, args)
  }
  target.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    types.get(args[0])?.delete(args[1])
    removeEventListener.apply(target, args)
  }
}

const abortListeners = watchAbortListeners()

/** Without this, an engine keeps an entry for each of the first 250 requests. */
performance.setResourceTimingBufferSize(0)

export async function countAll(): Promise<Record<string, number>> {
  const { held = [], pending = [] } = await navigator.locks.query()
  const stored = Object.entries(localStorage)
  return {
    'timers pending': timers.size,
    'listeners of window and document': [...listening.values()]
      .flatMap((types) => [...types])
      .reduce((sum, [type, { size }]) => (driversOwn.test(type) ? sum : sum + size), 0),
    'listeners of abort signals': abortListeners.count(),
    'Web Locks held or waited for': held.length + pending.length,
    'BroadcastChannels open': channels.size,
    'keys in localStorage': stored.length,
    'characters in localStorage': stored.join().replace(/\w*\d\w*/g, '0').length,
  }
}
