import { describe, expect, it } from 'vitest'
import { debug } from '../src/debug.ts'
import type { AnyEvent } from '../src/session/events.ts'
import { type Gate, withGate } from '../src/session/gate.ts'
import type { Session } from '../src/session/session.ts'
import type { SessionSnapshot } from '../src/session/snapshot.ts'

const end = Date.UTC(2026, 0, 1, 12)
const moment = '2026-01-01T12:00:00.000Z'
const request = { id: 1, method: 'GET', url: '/api/a' }
const error = new Error('No answer.') as Extract<AnyEvent, { type: 'refresh-failed' }>['error']

const quiet: SessionSnapshot = {
  status: 'authenticated',
  stale: false,
  refreshing: false,
  expiresAt: end,
  reason: undefined,
  error: undefined,
  coordination: 'full',
}

/** A session of which only its news counts; the page is 90 seconds old. */
function arrange(snapshot: Partial<SessionSnapshot> = {}) {
  const lines: string[] = []
  const clock = { now: () => ({ monotonic: time, wall: 0 }) }
  let time = 90_000
  let hear: (event: AnyEvent) => void = () => {}
  const session = {
    getSnapshot: () => ({ ...quiet, ...snapshot }),
    subscribe: (listener: typeof hear) => {
      hear = listener
      return () => {}
    },
  }
  debug(withGate(session, { clock } as unknown as Gate) as unknown as Session, {
    log: (line) => lines.push(line),
  })
  return {
    lines,
    later: (duration: number) => {
      time += duration
    },
    tell: (...events: AnyEvent[]) => {
      for (const event of events) hear(event)
    },
    texts: () => lines.map((line) => line.slice(line.indexOf('  ') + 2)),
  }
}

const failed = { type: 'refresh-failed', reason: 'expired', error } as const
const passed = (why: Extract<AnyEvent, { type: 'request-passed' }>['why']) =>
  ({ type: 'request-passed', request, why }) as const

describe('debug', () => {
  it.each<[AnyEvent, string]>([
    [{ type: 'signed-in' }, 'signed in'],
    [{ type: 'signed-in', elsewhere: true }, 'signed in, in another tab'],
    [
      { type: 'refresh-started', reason: 'startup' },
      'refresh wanted: the page has started and knows no token yet',
    ],
    [
      { type: 'refresh-started', reason: 'expired' },
      'refresh wanted: somebody waits, and the token held is good no more',
    ],
    [{ type: 'refresh-started', reason: 'rejected' }, 'refresh wanted: a request was answered 401'],
    [{ type: 'refresh-started', reason: 'proactive' }, 'refresh wanted: the token is about to expire'],
    [{ type: 'refresh-started', reason: 'requested' }, 'refresh wanted: the app asked for it'],
    [{ type: 'refresh-started', reason: 'verify' }, 'refresh wanted: to see whose the refresh cookie is'],
    [
      { type: 'refreshed', reason: 'expired', duration: 49.6, waiting: 0, expiresAt: undefined },
      'refreshed in 50 ms: nobody waited; good until a 401',
    ],
    [
      { type: 'refreshed', reason: 'expired', duration: 7, waiting: 2, expiresAt: end },
      `refreshed in 7 ms: 2 waited; good until ${moment}`,
    ],
    [
      { type: 'adopted', waiting: 1, expiresAt: undefined },
      'took the token of another tab: 1 waited; good until a 401',
    ],
    [
      { type: 'adopted', waiting: 0, expiresAt: end },
      `took the token of another tab: nobody waited; good until ${moment}`,
    ],
    [
      { ...failed, retryAt: undefined, waiting: 0 },
      'refresh failed, the session is kept: No answer. (not tried again by itself); nobody waited',
    ],
    [
      { ...failed, retryAt: end, waiting: 3 },
      `refresh failed, the session is kept: No answer. (again at ${moment}); 3 waited`,
    ],
    [
      { type: 'refresh-abandoned' },
      'refresh abandoned: a sign-in or sign-out came first, or the page is left',
    ],
    [{ type: 'stale' }, 'stale: the token has expired, and no refresh has succeeded'],
    [{ type: 'ended', reason: 'signed_out' }, 'session over (signed_out)'],
    [{ type: 'ended', reason: 'expired', message: 'Answered 401.' }, 'session over (expired): Answered 401.'],
    [{ type: 'request-held', request, reason: 'startup' }, 'GET /api/a waits: no token is known yet'],
    [
      { type: 'request-held', request, reason: 'expired' },
      'GET /api/a waits: the token held is good no more',
    ],
    [
      { type: 'request-held', request, reason: 'rejected' },
      'GET /api/a waits: its token was refused with a 401',
    ],
    [{ type: 'request-sent', request, waited: 12.4 }, 'GET /api/a sent, having waited 12 ms'],
    [{ type: 'request-retried', request, waited: 0 }, 'GET /api/a retried, having waited 0 ms'],
    [{ type: 'request-dropped', request, waited: 300 }, 'GET /api/a given up after 300 ms'],
    [passed('not_expired'), 'GET /api/a keeps its 401: it does not say that the token has expired'],
    [
      passed('just_issued'),
      'GET /api/a keeps its 401: the token was issued a moment ago, a newer one would not help',
    ],
    [
      passed('one_shot_body'),
      'GET /api/a keeps its 401: its body can be read only once, so there is no retry',
    ],
    [passed('retried'), 'GET /api/a keeps its 401: it had been retried already'],
    [passed('signing_in'), 'GET /api/a keeps its 401: a login call is under way'],
    [passed('no_session'), 'GET /api/a keeps its 401: nobody is signed in any more'],
    [passed('refresh_failed'), 'GET /api/a keeps its 401: no newer token could be had'],
  ])('tells of %o in a sentence', (event, line) => {
    const { tell, texts } = arrange()
    tell(event)
    expect(texts().at(-1)).toBe(line)
  })

  it.each<[Partial<SessionSnapshot>, string]>([
    [{}, `authenticated, good until ${moment}; tabs: full`],
    [{ expiresAt: undefined, coordination: 'none' }, 'authenticated, good until a 401; tabs: none'],
    [{ stale: true, refreshing: true }, 'authenticated, stale, refreshing; tabs: full'],
    [{ status: 'loading', refreshing: true, coordination: 'local' }, 'loading, refreshing; tabs: local'],
    [{ status: 'unauthenticated', expiresAt: undefined }, 'unauthenticated; tabs: full'],
  ])('begins with the state of the session: %o', (snapshot, line) => {
    expect(arrange(snapshot).texts()).toEqual([line])
  })

  it('counts its seconds from its own start', () => {
    const { lines, later, tell } = arrange()
    later(1234)
    tell({ type: 'stale' })
    expect(lines.map((line) => line.split('  ')[0])).toEqual([
      'silent-refresh +0.000 s',
      'silent-refresh +1.234 s',
    ])
  })

  it('tells three events of a kind one by one, and counts the others', async () => {
    const sent: AnyEvent = { type: 'request-sent', request, waited: 5 }
    for (const [count, rest] of [
      [3, []],
      [4, ['and 1 more like these']],
    ] as const) {
      const { tell, texts } = arrange()
      tell(...Array.from({ length: count }, () => sent))
      await Promise.resolve()
      expect(texts().slice(1)).toEqual([...Array(3).fill('GET /api/a sent, having waited 5 ms'), ...rest])
      tell(sent, { type: 'stale' })
      await Promise.resolve()
      expect(texts().slice(-2)).toEqual([
        'GET /api/a sent, having waited 5 ms',
        'stale: the token has expired, and no refresh has succeeded',
      ])
    }
  })

  it('sums up a kind before it tells of another', () => {
    const sent: AnyEvent = { type: 'request-sent', request, waited: 5 }
    const { tell, texts } = arrange()
    tell(...Array.from({ length: 5 }, () => sent), { type: 'signed-in' })
    expect(texts().slice(-2)).toEqual(['and 2 more like these', 'signed in'])
  })

  it('sums up at the end of the breath, not within it', async () => {
    const sent: AnyEvent = { type: 'request-sent', request, waited: 5 }
    const { tell, texts } = arrange()
    tell(sent, { type: 'stale' }, sent, sent)
    await Promise.resolve()
    tell(sent)
    await Promise.resolve()
    expect(texts().slice(1)).toHaveLength(5)
  })
})
