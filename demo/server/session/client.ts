/** Who is calling, as far as one can tell: for limits, the audit log, the list of sessions. */
export interface Client {
  ip: string | null
  userAgent: string | null
}
