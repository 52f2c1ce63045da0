import { expect } from 'vitest'
import type { AuditEvent } from '../../../demo/server/store/rows.ts'
import type { SignedIn } from './signed-in.ts'

/** One request, as it goes to the app and over the wire alike. */
export interface Sent {
  method: string
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
}

export interface BadInput {
  name: string
  status: number
  /** A pattern where two codes are equally clear. */
  code: string | RegExp
  /** All of these must be answered alike. */
  send(user: SignedIn): Promise<Sent[]>
  /** What the audit log may say about it; anything else in the database has to stay. */
  audited?: AuditEvent
  /**
   * `refused`: node:http answers it before the app can, with any 4xx; `never`: it hangs up while the client is still
   * sending, so that the answer may be lost.
   */
  wire?: 'refused' | 'never'
}

type Rest = Pick<BadInput, 'audited' | 'wire'>
type Sending = Sent | Sent[]
type Send = (user: SignedIn) => Sending | Promise<Sending>

/** One row of the table. */
export function bad(
  name: string,
  status: number,
  code: string | RegExp,
  send: Send,
  rest: Rest = {},
): BadInput {
  return { name, status, code, send: async (user) => [await send(user)].flat(), ...rest }
}

/** Something that looks wrong and is not. */
export interface OddInput {
  name: string
  status: number
  send(user: SignedIn): Sent | Promise<Sent>
}

export interface Received {
  status: number
  headers: Headers
  text: string
}

/** The whole of a clear refusal: what it is, in which format, and that no cookie is touched. */
export function expectRefusal(answer: Received, row: BadInput, { method, path }: Sent): void {
  const { headers, text } = answer
  const request = `${method} ${path.slice(0, 80)}`
  // In one line, so that a failure says all of it.
  const seen = [answer.status, headers.get('content-type'), ...headers.getSetCookie()].join(', ')
  expect(`${request}: ${seen}`).toBe(`${request}: ${row.status}, application/problem+json`)
  if (method.toUpperCase() === 'HEAD') {
    expect(text).toBe('')
    return
  }
  const { title, status, code, ...rest } = JSON.parse(text)
  expect(String(code)).toMatch(typeof row.code === 'string' ? new RegExp(`^${row.code}$`) : row.code)
  expect(status).toBe(row.status)
  expect(title).toMatch(/./)
  expect(rest).toEqual({})
}

/** What node:http refuses has no code, but it is an answer. */
export function expectRefusedEarly({ status, headers }: Received): void {
  expect(String(status)).toMatch(/^4\d\d$/)
  expect(headers.getSetCookie()).toEqual([])
}
