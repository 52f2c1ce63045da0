import { setTimeout as sleep } from 'node:timers/promises'
import type { RefreshAnswer } from './refresh.ts'
import type { Server } from './servers.ts'
import type { SeededSession } from './sessions.ts'

/** A browser with one cookie that refreshes one at a time, through whatever server is there. */
export interface Visitor {
  session: SeededSession
  /** The cookie: what was last received, whatever may have been sent since. */
  held(): string
  /** By the token presented: all that was ever received for it. */
  received: ReadonlyMap<string, ReadonlySet<string>>
  refreshes: number
  lost: number
  faults: string[]
  /** Comes back until it has an answer. */
  refresh(): Promise<void>
}

export interface VisitorOptions {
  session: SeededSession
  /** A living server. */
  pick(): Server
  outlastGrace(): Promise<unknown>
  /** After a lost answer it comes back when the grace period is over, otherwise at once. */
  patient: boolean
}

/** Who is put off so often is as good as signed out. */
const mostPostponements = 10

export function createVisitor({ session, pick, outlastGrace, patient }: VisitorOptions): Visitor {
  const received = new Map<string, Set<string>>()
  let held = session.token

  async function accept({ status, code, cookie, accessToken }: RefreshAnswer): Promise<void> {
    if (status !== 200) {
      visitor.faults.push(`${session.id}: a refresh was answered ${status} ${code}`)
      return
    }
    if (cookie !== null) {
      received.set(held, (received.get(held) ?? new Set()).add(cookie))
      held = cookie
    }
    if (accessToken === null) visitor.faults.push(`${session.id}: a refresh brought no access token`)
  }

  const visitor: Visitor = {
    session,
    held: () => held,
    received,
    refreshes: 0,
    lost: 0,
    faults: [],
    async refresh() {
      for (let postponements = 0; postponements < mostPostponements; ) {
        const answer = await pick()
          .refresh(held)
          .catch(() => undefined)
        if (!answer) {
          visitor.lost += 1
          if (patient) await outlastGrace()
        } else if (answer.status === 503) {
          postponements += 1
          await sleep(answer.retryAfter)
        } else {
          visitor.refreshes += 1
          return accept(answer)
        }
      }
      visitor.faults.push(`${session.id}: a refresh was put off ${mostPostponements} times`)
    },
  }
  return visitor
}
