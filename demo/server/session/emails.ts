/** Emails are compared without case, and whatever a form adds around them. */
export function normalizeEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase()
}
