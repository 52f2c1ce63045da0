import type { Clock } from '../session/environment.ts'
import type { TestClock } from './test-clock.ts'

/** The process that runs one page. */
export interface PageProcess {
  readonly state: 'running' | 'frozen' | 'gone'
  /** The clock as this page sees it. Its timers go with it. */
  readonly clock: Clock
  /** Runs what concerns the page: now, or when it is thawed, or never. */
  run(task: () => void): void
  /** The same for what a promise brings. */
  arrive<T>(promise: Promise<T>): Promise<T>
  freeze(): void
  thaw(): void
  end(): void
}

export function createPageProcess(clock: TestClock): PageProcess {
  const start = clock.now().monotonic
  const timers = new Set<() => void>()
  let state: PageProcess['state'] = 'running'
  let late: (() => void)[] = []

  function run(task: () => void): void {
    if (state === 'running') task()
    else if (state === 'frozen') late.push(task)
  }

  return {
    get state() {
      return state
    },
    clock: {
      now: () => ({ monotonic: clock.now().monotonic - start, wall: clock.now().wall }),
      startTimer(callback, delay) {
        let isOn = true
        const stop = clock.startTimer(() => {
          timers.delete(stop)
          run(() => isOn && callback())
        }, delay)
        timers.add(stop)
        return () => {
          isOn = false
          timers.delete(stop)
          stop()
        }
      },
    },
    run,
    arrive: (promise) =>
      new Promise((resolve, reject) => {
        promise.then(
          (value) => run(() => resolve(value)),
          (error: unknown) => run(() => reject(error)),
        )
      }),
    freeze() {
      if (state === 'running') state = 'frozen'
    },
    thaw() {
      if (state !== 'frozen') return
      state = 'running'
      const tasks = late
      late = []
      // One by one, as a browser does: what follows from one comes before the next.
      for (const task of tasks) clock.startTimer(() => run(task), 0)
    },
    end() {
      state = 'gone'
      for (const stop of timers) stop()
      timers.clear()
    },
  }
}
