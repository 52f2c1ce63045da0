import { base64url } from 'jose'
import type { Random } from '../ambient.ts'
import type { AuditEvent } from '../store/rows.ts'
import type { Records } from '../store/store.ts'
import type { Client } from './client.ts'

export interface SecurityEvent {
  event: AuditEvent
  at: number
  session?: { id: string; userId: string }
  userId?: string
  client?: Client
  /** At most the first 8 characters of a hash. */
  detail?: string
}

/** Written in the transaction of what it tells about: neither exists without the other. */
export async function recordEvent(
  records: Records,
  random: Random,
  { event, at, session, userId, client, detail }: SecurityEvent,
): Promise<void> {
  await records.addAuditEntry({
    id: base64url.encode(random(16)),
    at,
    event,
    userId: session?.userId ?? userId ?? null,
    sessionId: session?.id ?? null,
    ip: client?.ip ?? null,
    userAgent: client?.userAgent ?? null,
    detail: detail ?? null,
  })
}
