import type { LockOptions, Locks } from '../session/environment.ts'

interface Request {
  readonly owner: object
  readonly run: (isGranted: boolean) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Queue {
  holder: Request | undefined
  waiting: Request[]
}

const abortError = () => new DOMException('The lock was taken away.', 'AbortError')

/** Web Locks of one browser; each tab asks through its own `Locks`. */
export interface TestLocks {
  of(owner: object): Locks
  /** The tab is gone: what it held is free, and what it waited for is nobody's. */
  drop(owner: object): void
  holderOf(name: string): object | undefined
  /** How many hold a lock or wait for one. */
  readonly size: number
}

export function createTestLocks(): TestLocks {
  const queues = new Map<string, Queue>()

  function queueOf(name: string): Queue {
    const queue = queues.get(name) ?? { holder: undefined, waiting: [] }
    queues.set(name, queue)
    return queue
  }

  function serve(queue: Queue): void {
    const next = queue.holder ? undefined : queue.waiting.shift()
    if (next) grant(queue, next)
  }

  function grant(queue: Queue, request: Request): void {
    queue.holder = request
    // As in browsers, the answer comes later.
    Promise.resolve()
      .then(() => queue.holder === request && request.run(true))
      .then(request.resolve, request.reject)
      .finally(() => {
        if (queue.holder !== request) return
        queue.holder = undefined
        serve(queue)
      })
  }

  function request(
    owner: object,
    name: string,
    { ifAvailable, steal, signal }: LockOptions,
    run: (isGranted: boolean) => unknown,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const queue = queueOf(name)
      const own: Request = { owner, run, resolve, reject }
      if (steal) {
        queue.holder?.reject(abortError())
        return grant(queue, own)
      }
      if (ifAvailable && (queue.holder || queue.waiting.length > 0)) {
        Promise.resolve(run(false)).then(resolve, reject)
        return
      }
      queue.waiting.push(own)
      signal?.addEventListener('abort', () => {
        const place = queue.waiting.indexOf(own)
        if (place < 0) return
        queue.waiting.splice(place, 1)
        reject(signal.reason)
      })
      serve(queue)
    })
  }

  return {
    of: (owner) => ({
      request: (name, options, run) => request(owner, name, options, run),
    }),
    drop(owner) {
      for (const queue of queues.values()) {
        queue.waiting = queue.waiting.filter((each) => each.owner !== owner)
        if (queue.holder?.owner !== owner) continue
        queue.holder = undefined
        serve(queue)
      }
    },
    holderOf: (name) => queues.get(name)?.holder?.owner,
    get size() {
      return [...queues.values()].reduce(
        (sum, { holder, waiting }) => sum + (holder ? 1 : 0) + waiting.length,
        0,
      )
    },
  }
}
