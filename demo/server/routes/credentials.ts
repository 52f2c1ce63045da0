import { normalizeEmail } from '../session/emails.ts'
import { BodyError } from './body.ts'

/** RFC 5321 allows no more. */
const longestEmail = 254
/** ASVS 6.2.1; from 15 on a password needs no second factor beside it (NIST SP 800-63B-4). */
const shortestPassword = 8
/** Far above what ASVS 6.2.9 asks for, and not enough to keep a hash function busy. */
const longestPassword = 1024

/** A string of at most `longest` characters, or a {@link BodyError}; without what cannot be stored as it is. */
export function readText(value: unknown, longest: number): string {
  const isText = typeof value === 'string' && value.length <= longest
  if (!isText || value.includes('\0') || !value.isWellFormed()) throw new BodyError(400, 'invalid_request')
  return value
}

export const readEmail = (value: unknown) => readText(value, longestEmail)
/** Two keyboards may write the same letter in two ways (NIST SP 800-63B-4). */
export const readPassword = (value: unknown) => readText(value, longestPassword).normalize('NFC')

/** An address that mail can be sent to, as far as its form tells. */
export function readNewEmail(value: unknown): string {
  const email = normalizeEmail(readEmail(value))
  // One at-sign with something around it, and nothing that means something in the headers of a mail or in a log.
  if (!/^(?!-)[^\s@\p{C}<>()[\]\\,;:"]+@[^\s@\p{C}<>()[\]\\,;:"]+$/u.test(email))
    throw new BodyError(400, 'invalid_email')
  return email
}

/** Length and commonness, no rules about characters: those make passwords worse (ASVS 6.2.5). */
export function readNewPassword(value: unknown, isCommon: (password: string) => boolean): string {
  const password = readPassword(value)
  if ([...password].length < shortestPassword) throw new BodyError(400, 'weak_password')
  if (isCommon(password.toLowerCase())) throw new BodyError(400, 'weak_password')
  return password
}
