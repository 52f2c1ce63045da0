/** A signal that counts who listens to it. */
export function createCountedSignal() {
  const controller = new AbortController()
  const { signal } = controller
  const listeners = new Set<unknown>()
  let added = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...[type, listener, options]: Parameters<typeof add>) => {
    added++
    listeners.add(listener)
    add(type, listener, options)
  }
  signal.removeEventListener = (...[type, listener, options]: Parameters<typeof remove>) => {
    if (type === 'abort') listeners.delete(listener)
    remove(type, listener, options)
  }
  return {
    controller,
    signal,
    get listening() {
      return listeners.size
    },
    get added() {
      return added
    },
  }
}
