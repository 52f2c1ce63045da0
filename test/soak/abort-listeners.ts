/** Counts who listens to the abort signals of this process. */
export interface AbortListeners {
  /** On those signals that somebody still holds. */
  count(): number
  on(signal: AbortSignal): number
  restore(): void
}

/** What is called by a signal: adding it twice counts once. */
type Listening = Set<unknown>

export function watchAbortListeners(): AbortListeners {
  const { prototype } = AbortSignal
  const own = { add: prototype.addEventListener, remove: prototype.removeEventListener }
  const listening = new WeakMap<AbortSignal, Listening>()
  let signals: WeakRef<AbortSignal>[] = []

  function listenersOf(signal: AbortSignal): Listening {
    let known = listening.get(signal)
    if (!known) {
      known = new Set()
      listening.set(signal, known)
      signals.push(new WeakRef(signal))
    }
    return known
  }

  prototype.addEventListener = function add(this: AbortSignal, ...args: Parameters<typeof own.add>) {
    listenersOf(this).add(args[1])
    own.add.apply(this, args)
  }
  prototype.removeEventListener = function remove(this: AbortSignal, ...args: Parameters<typeof own.remove>) {
    listenersOf(this).delete(args[1])
    own.remove.apply(this, args)
  }

  const on = (signal: AbortSignal | undefined) => (signal && listening.get(signal)?.size) ?? 0

  return {
    count() {
      signals = signals.filter((each) => each.deref())
      return signals.reduce((sum, each) => sum + on(each.deref()), 0)
    },
    on,
    restore() {
      prototype.addEventListener = own.add
      prototype.removeEventListener = own.remove
    },
  }
}
