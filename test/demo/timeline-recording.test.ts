import type { RequestEvent, Session } from 'silent-refresh'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRecording } from '../../demo/timeline/recording.ts'

type Listener = (event: object) => void

/** A recording of a session whose events the test tells; everything happens at the time of `clock`. */
function createRecorded() {
  const clock = { now: 0 }
  const recording = createRecording(() => clock.now)
  let tell: Listener = () => undefined
  const session = {
    subscribe(listener: Listener) {
      tell = listener
      return () => undefined
    },
    getSnapshot: () => ({ expiresAt: 60_000 }),
  }
  recording.follow(session as unknown as Session)
  const request = (type: RequestEvent['type'], id: number, more: object = {}) =>
    tell({ type, request: { id, method: 'GET', url: '/api/items' }, waited: 0, ...more })
  const seen = () => recording.past().map(({ tab: _tab, at: _at, ...happening }) => happening)
  return { clock, recording, request, tell: (event: object) => tell(event), seen }
}

function answerWith(...statuses: number[]) {
  const answers = [...statuses]
  vi.stubGlobal('fetch', async () => new Response('secret', { status: answers.shift() ?? 200 }))
}

afterEach(() => vi.unstubAllGlobals())

describe('the recording of a tab', () => {
  it('tells the first try of a call from its retry, and by what the retry was held up', async () => {
    answerWith(401, 200)
    const { recording, request, seen } = createRecorded()
    recording.begin('x-1', 'fetch', '/api/items')
    await recording.fetch('/api/items?n=1&call=x-1')
    request('request-held', 7, { reason: 'rejected' })
    request('request-retried', 7)
    await recording.fetch('/api/items?n=1&call=x-1')
    recording.settle('x-1', 200)
    expect(seen()).toEqual([
      { type: 'begun', call: 'x-1', caller: 'fetch', method: 'GET', path: '/api/items' },
      { type: 'sent', call: 'x-1' },
      { type: 'answered', call: 'x-1', status: 401 },
      { type: 'held', call: 'x-1', reason: 'rejected' },
      { type: 'sent', call: 'x-1' },
      { type: 'answered', call: 'x-1', status: 200 },
      { type: 'settled', call: 'x-1', outcome: 200 },
    ])
  })

  it('gives each of many equal calls one of the events that tell of them', () => {
    const { recording, request, seen } = createRecorded()
    for (const call of ['x-1', 'x-2', 'x-3']) recording.begin(call, 'fetch', '/api/items')
    for (const id of [5, 6, 4]) request('request-held', id, { reason: 'startup' })
    request('request-dropped', 6)
    expect(seen().slice(3)).toEqual([
      { type: 'held', call: 'x-1', reason: 'startup' },
      { type: 'held', call: 'x-2', reason: 'startup' },
      { type: 'held', call: 'x-3', reason: 'startup' },
      { type: 'dropped', call: 'x-2' },
    ])
  })

  it('says why the 401 of a call was left to its caller', async () => {
    answerWith(401)
    const { recording, request, seen } = createRecorded()
    recording.begin('x-1', 'fetch', '/api/items')
    await recording.fetch('/api/items?n=1&call=x-1')
    request('request-passed', 1, { why: 'just_issued' })
    expect(seen().at(-1)).toEqual({ type: 'passed', call: 'x-1', why: 'just_issued' })
  })

  it('records what the page calls for itself, held up, retried and over', async () => {
    answerWith(401, 200)
    const { recording, request, seen } = createRecorded()
    request('request-held', 1, { reason: 'startup' })
    request('request-sent', 1)
    await recording.fetch('/api/items')
    request('request-held', 1, { reason: 'rejected' })
    await recording.fetch('/api/items')
    expect(seen().map(({ type }) => type)).toEqual([
      'begun',
      'held',
      'sent',
      'answered',
      'held',
      'sent',
      'answered',
      'settled',
    ])
    expect(new Set(seen().map((one) => 'call' in one && one.call)).size).toBe(1)
  })

  it('takes a 401 that the session does not care for as the end of a call of the page', async () => {
    answerWith(401, 401)
    const { recording, seen } = createRecorded()
    await recording.fetch('/api/me')
    await vi.waitUntil(() => seen().at(-1)?.type === 'settled')
    await recording.fetch('/api/me')
    await vi.waitUntil(() => seen().filter(({ type }) => type === 'settled').length === 2)
    expect(seen().filter(({ type }) => type === 'begun')).toHaveLength(2)
  })

  it('records a request without an answer, and lets its error through', async () => {
    const error = new TypeError('Failed to fetch')
    vi.stubGlobal('fetch', () => Promise.reject(error))
    const { recording, seen } = createRecorded()
    recording.begin('x-1', 'fetch', '/api/items')
    await expect(recording.fetch('/api/items?call=x-1')).rejects.toBe(error)
    expect(seen().at(-1)).toEqual({ type: 'answered', call: 'x-1', status: null })
  })

  it('records no query, no body, no header and no error object', async () => {
    answerWith(200)
    const { recording, tell, seen } = createRecorded()
    await recording.fetch('/api/items?secret=1', { method: 'POST', body: 'secret', headers: { a: 'secret' } })
    const error = Object.assign(new Error('No answer.'), { secret: true })
    tell({ type: 'refresh-started', reason: 'requested' })
    tell({ type: 'refresh-failed', reason: 'requested', error, retryAt: 9, waiting: 0 })
    expect(JSON.stringify(seen())).not.toContain('secret')
    expect(seen().at(-1)).toEqual({ type: 'refresh-failed', message: 'No answer.', retryAt: 9 })
  })

  it('stamps everything with its tab and its time, and tells it to who listens', () => {
    const { clock, recording, tell } = createRecorded()
    const heard: object[] = []
    clock.now = 4.5
    recording.listen((record) => heard.push(record))
    tell({ type: 'signed-in' })
    const { tab } = recording
    expect(heard).toEqual([{ type: 'signed-in', elsewhere: false, expiresAt: 60_000, tab, at: 4.5 }])
  })
})
