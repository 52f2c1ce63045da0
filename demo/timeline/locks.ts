import type { LockState } from './records.ts'

const ownPrefix = 'silent-refresh-demo.tab:'
const ofLibrary = 'silent-refresh:'
const eager = 25
const idle = 1000

export interface LockWatch {
  /** Something is about to happen: looks often for a while. */
  urge(): void
}

export interface LockWatchParts {
  readonly tab: string
  /** Whether a refresh is under way. */
  isBusy(): boolean
  tell(state: LockState): void
  /** The tabs there are: each holds a lock of the demo's own, which the browser takes back whatever becomes of it. */
  tellTabs(tabs: ReadonlySet<string>): void
}

/** Sees who has the Web Lock of the library, by asking the browser: often while something happens. */
export function watchLocks({ tab, isBusy, tell, tellTabs }: LockWatchParts): LockWatch {
  const locks = navigator.locks as LockManager | undefined
  if (!locks) return { urge: () => undefined }
  let state: LockState = 'free'
  let eagerUntil = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const leave = new Promise<void>((resolve) => addEventListener('pagehide', () => resolve()))
  locks.request(ownPrefix + tab, () => leave).catch(() => undefined)

  async function look(manager: LockManager): Promise<void> {
    const { held = [], pending = [] } = await manager.query()
    const own = held.find(({ name }) => name === ownPrefix + tab)?.clientId
    const isOurs = ({ name = '', clientId }: LockInfo) => name.startsWith(ofLibrary) && clientId === own
    const seen = held.some(isOurs) ? 'held' : pending.some(isOurs) ? 'waiting' : 'free'
    if (own !== undefined && seen !== state) {
      state = seen
      tell(seen)
    }
    const names = held.map(({ name = '' }) => name).filter((name) => name.startsWith(ownPrefix))
    if (own !== undefined) tellTabs(new Set(names.map((name) => name.slice(ownPrefix.length))))
  }

  function next(): void {
    const isEager = isBusy() || state !== 'free' || performance.now() < eagerUntil
    clearTimeout(timer)
    timer = setTimeout(run, isEager ? eager : idle)
  }

  function run(): void {
    clearTimeout(timer)
    // A page that is being taken down is refused.
    if (locks)
      look(locks)
        .catch(() => undefined)
        .then(next)
  }

  run()
  return {
    urge() {
      eagerUntil = performance.now() + 500
      run()
    },
  }
}
