import { base64url } from 'jose'
import type { Random } from './ambient.ts'
import type { AuditEvent, Records } from './store.ts'

export interface SecurityEvent {
  event: AuditEvent
  session?: { id: string; userId: string }
  userId?: string
  /** At most the first 8 characters of a hash. */
  detail?: string
}

/** Written in the transaction of what it tells about: neither exists without the other. */
export async function recordEvent(
  records: Records,
  random: Random,
  at: number,
  { event, session, userId, detail }: SecurityEvent,
): Promise<void> {
  await records.addAuditEntry({
    id: base64url.encode(random(16)),
    at,
    event,
    userId: session?.userId ?? userId ?? null,
    sessionId: session?.id ?? null,
    detail: detail ?? null,
  })
}
