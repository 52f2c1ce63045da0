import { describe, expect, it } from 'vitest'
import { type AccessToken, issueAccessToken } from '../../src/session/access-token.ts'
import { InvalidTokenResponseError, RefreshMisconfiguredError } from '../../src/session/errors.ts'
import type { RefreshOutcome } from '../../src/session/refresh-outcome.ts'
import { type Circumstances, rule } from '../../src/session/ruling.ts'

const moment = { monotonic: 0, wall: 0 }

function held(subject: string | undefined, value = 'old'): AccessToken {
  return issueAccessToken(
    { value, lifetime: 60_000, subject },
    {
      scheme: 'Bearer',
      epoch: 0,
      startedAt: moment,
      freshFrom: moment,
      margin: undefined,
      jitter: 0,
    },
  )
}

const granted = (subject: string | undefined, value = 'new'): RefreshOutcome => ({
  kind: 'granted',
  facts: { value, lifetime: 60_000, subject },
})

const usable: Circumstances = {
  status: 'authenticated',
  held: held('alice'),
  isUsable: true,
  isSuspect: false,
}
const expired: Circumstances = { ...usable, isUsable: false }
const loading: Circumstances = { status: 'loading', held: null, isUsable: false, isSuspect: false }
const signedOut: Circumstances = { ...loading, status: 'unauthenticated' }
const situations = { usable, expired, loading, signedOut }

describe('a ruling on an outcome that says nothing about the session', () => {
  it.each(Object.entries(situations))('keeps everything as it is when unavailable, %s', (_, situation) => {
    const outcome: RefreshOutcome = { kind: 'unavailable', message: 'down', cause: 'x', retryAfter: 5000 }
    expect(rule(outcome, situation)).toEqual(outcome)
    expect(rule(outcome, { ...situation, isSuspect: true })).toEqual(outcome)
  })

  it.each(Object.entries(situations))(
    'stops, and passes the error on, when misdirected, %s',
    (_, situation) => {
      for (const error of [
        new InvalidTokenResponseError('no token'),
        new RefreshMisconfiguredError('?', 404),
      ]) {
        expect(rule({ kind: 'misdirected', error }, situation)).toEqual({ kind: 'stop', error })
        expect(rule({ kind: 'misdirected', error }, { ...situation, isSuspect: true })).toEqual({
          kind: 'stop',
          error,
        })
      }
    },
  )
})

describe('a ruling on a refusal', () => {
  const refused = { kind: 'refused', message: 'The refresh endpoint answered 401.' } as const

  it('keeps a token that is still good', () => {
    expect(rule(refused, usable)).toEqual({ kind: 'keep', message: refused.message })
  })

  it('ends a session whose token is good no more, as expired', () => {
    expect(rule(refused, expired)).toEqual({ kind: 'end', reason: 'expired', message: refused.message })
  })

  it.each([
    ['at the start of the page', loading],
    ['of a visitor who is signed out', signedOut],
  ])('says that there is no session %s', (_, situation) => {
    expect(rule(refused, situation)).toEqual({ kind: 'end', reason: 'none', message: refused.message })
  })
})

describe('a ruling on a token', () => {
  const commit = 'commit'
  const replaced = 'replaced'

  it.each([
    ['the same user, as known', 'alice', 'alice', false, commit],
    ['the same user, with a cookie in doubt', 'alice', 'alice', true, commit],
    ['another user', 'alice', 'bob', false, replaced],
    ['another user, with a cookie in doubt', 'alice', 'bob', true, replaced],
    ['nobody who is named', 'alice', undefined, false, commit],
    ['nobody who is named, with a cookie in doubt', 'alice', undefined, true, replaced],
    ['somebody, where nobody was named before', undefined, 'bob', false, commit],
    ['somebody, where nobody was named before, with a cookie in doubt', undefined, 'bob', true, replaced],
    ['nobody, where nobody was named before', undefined, undefined, false, commit],
    ['nobody, where nobody was named before, with a cookie in doubt', undefined, undefined, true, replaced],
  ] as const)('of %s: held %s, granted %s, suspect %s: %s', (_, before, after, isSuspect, verdict) => {
    for (const isUsable of [true, false]) {
      const ruling = rule(granted(after), { ...usable, held: held(before), isUsable, isSuspect })
      expect(ruling).toEqual(
        verdict === commit
          ? { kind: 'commit', facts: { value: 'new', lifetime: 60_000, subject: after } }
          : { kind: 'end', reason: 'replaced', message: 'The refresh cookie belongs to somebody else now.' },
      )
    }
  })

  it.each([
    ['at the start of the page', loading],
    ['of a visitor who is signed out', signedOut],
  ])('takes any user %s', (_, situation) => {
    expect(rule(granted('bob'), situation)).toMatchObject({ kind: 'commit' })
    expect(rule(granted(undefined), situation)).toMatchObject({ kind: 'commit' })
  })

  it.each([usable, expired])('stops at the very token that was to be replaced', (situation) => {
    const ruling = rule(granted('alice', 'old'), situation)
    expect(ruling).toMatchObject({ kind: 'stop', error: { code: 'ERR_INVALID_TOKEN_RESPONSE' } })
    expect(JSON.stringify(ruling)).not.toContain('old')
  })

  it('takes every answer in the cookie-only mode, where all tokens look alike', () => {
    const situation = { ...expired, held: held(undefined, '') }
    expect(rule(granted(undefined, ''), situation)).toMatchObject({ kind: 'commit' })
  })

  it('takes the same text as another token only if nothing at all is different', () => {
    expect(rule(granted('alice', 'old2'), usable)).toMatchObject({ kind: 'commit' })
    expect(rule(granted('alice', 'OLD'), usable)).toMatchObject({ kind: 'commit' })
  })
})
