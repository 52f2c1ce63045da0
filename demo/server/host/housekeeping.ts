import type { Clock } from '../ambient.ts'
import type { Keys } from '../session/keys.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Ended sessions are kept so long: until then a late token gets the true reason, and theft is still seen. */
const keepEnded = day
const keepAudit = 90 * day
/** Longer than a jump of the clock, which would make fresh ones look old. */
const keepSealed = 10 * minute
/** How long it may take until every instance knows of a rotation. */
const keysInterval = minute

export interface HousekeepingPorts {
  store: Store
  keys: Keys
  clock: Clock
  settings: Settings
  /** A signing key is replaced when it has signed for so long, in milliseconds. @default 30 days */
  keyLifetime?: number
  onError: (error: Error) => void
}

/** Does at once, and then now and then, what no request should wait for. Answers how to stop it. */
export function startHousekeeping(ports: HousekeepingPorts): () => void {
  const { onError } = ports
  let stopped = false
  // What was under way at the end finds the store closed: nobody has to know.
  const report = (error: Error) => {
    if (!stopped) onError(error)
  }
  const run = (work: (ports: HousekeepingPorts) => Promise<void>, interval: number) => {
    const attempt = () => void work(ports).catch(report)
    attempt()
    return setInterval(attempt, interval).unref()
  }
  const timers = [run(sweep, hour), run(tendKeys, keysInterval)]
  return () => {
    stopped = true
    for (const timer of timers) clearInterval(timer)
  }
}

async function sweep({ store, clock, settings }: HousekeepingPorts): Promise<void> {
  const now = clock()
  const spentBefore = now - settings.gracePeriod - keepSealed
  const [endedBefore, auditedBefore] = [now - keepEnded, now - keepAudit]
  let hasMore = true
  while (hasMore) {
    hasMore = await store.write((records) => records.sweep({ spentBefore, endedBefore, auditedBefore }))
  }
}

/** Reloads, rotates when it is time, and removes the keys that no living token can be signed with. */
async function tendKeys({ keys, clock, settings, keyLifetime = 30 * day }: HousekeepingPorts): Promise<void> {
  await keys.reload()
  if (clock() - keys.activeSince() >= keyLifetime) await keys.rotate()
  // An instance that has not heard of the rotation yet goes on signing with the retired key.
  const life = settings.accessTokenLifetime + settings.clockTolerance + 2 * keysInterval
  await keys.removeRetired(clock() - life)
}
