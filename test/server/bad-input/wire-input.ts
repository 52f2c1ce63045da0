import { expect } from 'vitest'
import { expectRefusedEarly, type Received } from './bad-input.ts'
import type { SignedIn } from './signed-in.ts'
import type { Bytes } from './wire.ts'

export interface WireInput {
  name: string
  /** What our own answer says; without it node:http has none but its status to give. */
  code: string | RegExp | undefined
  send(user: SignedIn): Bytes
}

export interface OddWireInput {
  name: string
  status: number
  send(user: SignedIn): Bytes
}

/** A refresh that would be granted, in lines that may be replaced. */
export function lines(
  user: SignedIn,
  changes: { line?: string; host?: string | null; more?: string[]; body?: string } = {},
): string {
  const { line = 'POST /auth/refresh HTTP/1.1', host = new URL(user.origin).host, more = [], body } = changes
  const framed = body === undefined ? ['Content-Length: 2'] : []
  const head = [line, ...(host === null ? [] : [`Host: ${host}`]), ...own(user), ...framed, ...more]
  return `${head.join('\r\n')}\r\n\r\n${body ?? '{}'}`
}

/** Our page's headers, and those that say who it is. */
function own({ cookie, accessToken }: SignedIn): string[] {
  return [
    'Content-Type: application/json',
    'X-Silent-Refresh: 1',
    'Sec-Fetch-Site: same-origin',
    `Cookie: ${cookie}`,
    `Authorization: Bearer ${accessToken}`,
    'Connection: close',
  ]
}

export function expectWireRefusal(answer: Received, { code }: WireInput): void {
  expectRefusedEarly(answer)
  if (code === undefined) return
  const { status, headers, text } = answer
  expect(`${status}, ${headers.get('content-type')}`).toBe(`${status}, application/problem+json`)
  const matching = typeof code === 'string' ? code : expect.stringMatching(code)
  expect(JSON.parse(text)).toMatchObject({ status, code: matching })
}
