import { expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { apiNameOf, type Contract, freshness, letExpire, openPage, post, wireOf } from './contract.ts'
import { type Tab, visit } from './visit.ts'

const always: Contract['failures'] = [
  ['503', () => Response.json({}, { status: 503 }), 'try later'],
  ['429', () => new Response('slow down', { status: 429, headers: { 'Retry-After': '2' } }), 'try later'],
  ['404', () => new Response('', { status: 404 }), 'misconfigured'],
  ['405', () => new Response('', { status: 405 }), 'misconfigured'],
  [
    'a web page',
    () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } }),
    'no token',
  ],
]

const codes = {
  'try later': 'ERR_REFRESH_UNAVAILABLE',
  misconfigured: 'ERR_REFRESH_MISCONFIGURED',
  'no token': 'ERR_INVALID_TOKEN_RESPONSE',
}

/** The tests that every preset has to pass. */
export function keepsTheContract(contract: Contract): void {
  const { preset, start, refresh, scheme, lifetime, lead } = contract
  const apiName = apiNameOf(contract)

  function knowsTheEnd({ getSnapshot }: Tab['session'], now: number): boolean {
    const { expiresAt } = getSnapshot()
    if (expiresAt === undefined || lifetime === undefined) return expiresAt === lifetime
    // Backends tell moments, and their `Date`, in whole seconds.
    return Math.abs(expiresAt - now - lifetime) < 1500
  }

  it('asks with the request that the backend expects', async () => {
    const { callsTo } = await openPage(contract)
    const [call, ...more] = callsTo(refresh.name)
    expect(call && wireOf(call)).toEqual(refresh)
    expect(call).toMatchObject({ credentials: 'include', keepalive: true })
    expect(more).toEqual([])
  })

  it('sends requests the way the backend knows the user by', async () => {
    const page = await openPage(contract)
    expect(page.session.getSnapshot().status).toBe('authenticated')
    const answer = track(post(page, contract))
    await page.advance(100)
    expect(answer.value?.status).toBe(200)
    const [call] = page.callsTo(apiName)
    const expected = scheme === undefined ? null : expect.stringMatching(new RegExp(`^${scheme} \\S+$`))
    expect(call?.headers.get('Authorization')).toEqual(expected)
    expect(call && wireOf(call).headers).toMatchObject(contract.apiHeaders ?? {})
  })

  it('finds out by one call that a visitor is anonymous, and sends requests as they are', async () => {
    const page = visit(preset(), start, false)
    const tab = page.openTab()
    await page.advance(1000)
    expect(tab.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
    expect(page.callsTo(refresh.name)).toHaveLength(preset().hintCookie ? 0 : 1)
    const answer = track(post(tab, contract))
    await page.advance(100)
    expect(answer.value?.ok).toBe(false)
    expect(page.callsTo(apiName)[0]?.headers.has('Authorization')).toBe(false)
  })

  it('sends at once, and without a token, what nobody has to be signed in for', async () => {
    const page = visit(preset(), start)
    const { send } = page.openTab()
    await page.advance(1)
    for (const url of contract.open) track(send(url, { method: 'PUT' }))
    await page.advance(1)
    const sent = page.calls.filter(({ name }) => name.startsWith('PUT'))
    expect(sent.map(({ url }) => url)).toEqual(
      contract.open.map((url) => new URL(url, 'https://app.test').href),
    )
    expect(sent.some(({ headers }) => headers.has('Authorization'))).toBe(false)
    track(post({ send }, contract))
    await page.advance(1)
    expect(page.callsTo(apiName)).toEqual([])
  })

  it('knows when the token ends', async () => {
    const page = await openPage(contract)
    expect(knowsTheEnd(page.session, page.now())).toBe(true)
  })

  it(`asks for the next token ${lead === undefined ? 'only when it is needed' : 'ahead of time'}`, async () => {
    const page = await openPage(contract)
    await page.advance((lifetime ?? 86_400_000) - (lead ?? 0) - 1500)
    expect(page.callsTo(refresh.name)).toHaveLength(1)
    if (lead !== undefined) await page.advance(3000)
    const answer = track(post(page, contract))
    await page.advance(100)
    expect(answer.value?.status).toBe(200)
    expect(page.callsTo(apiName)).toHaveLength(1)
    expect(page.callsTo(refresh.name)).toHaveLength(lead === undefined ? 1 : 2)
  })

  if (contract.expired !== false) {
    it('refreshes once for twenty requests that are told "expired", and sends each once more', async () => {
      const page = await openPage(contract)
      await letExpire(page, contract, 20)
      const answers = Array.from({ length: 20 }, () => track(post(page, contract)))
      await page.advance(1000)
      expect(answers.map(({ value }) => value?.status)).toEqual(Array.from({ length: 20 }, () => 200))
      expect(page.callsTo(refresh.name)).toHaveLength(2)
      expect(page.callsTo(apiName).map(({ body }) => body)).toEqual(Array.from({ length: 40 }, () => 'n=1'))
    })
  }

  const failures = [...contract.failures, ...always].map(
    ([name, answer, meaning]) => [name, meaning, answer] as const,
  )
  it.each(failures)('takes a refresh answered with %s for: %s', async (_, meaning, answer) => {
    const page = await openPage(contract)
    page.instead.set(refresh.name, answer)
    await letExpire(page, contract)
    const call = track(post(page, contract))
    await page.advance(20_000)
    expect(call.value?.ok ?? false).toBe(false)
    const { status, reason, error } = page.session.getSnapshot()
    if (meaning === 'session over') {
      expect({ status, reason }).toEqual({ status: 'unauthenticated', reason: 'expired' })
      return
    }
    expect(status).toBe('authenticated')
    expect(error).toMatchObject({ code: codes[meaning] })
    if (contract.expired === false) return
    page.instead.clear()
    await page.advance(120_000)
    const again = track(post(page, contract))
    await page.advance(1000)
    expect(again.value?.status).toBe(200)
  })

  it.each(contract.notExpired)('passes on %s', async (_, answer) => {
    const page = await openPage(contract)
    await page.advance(freshness)
    page.instead.set(apiName, answer)
    const call = track(post(page, contract))
    await page.advance(1000)
    expect(call.value?.status).toBe(answer().status)
    expect(await call.value?.text()).toBe(await answer().text())
    expect(page.callsTo(apiName)).toHaveLength(1)
    expect(page.callsTo(refresh.name)).toHaveLength(1)
  })

  it('takes the answer of the login for a new session', async () => {
    const page = visit(preset(), start, false)
    const tab = page.openTab()
    await page.advance(1000)
    const signIn = track(tab.session.signIn(contract.login))
    await page.advance(100)
    expect(signIn.error).toBeUndefined()
    expect(tab.session.getSnapshot().status).toBe('authenticated')
    expect(knowsTheEnd(tab.session, page.now())).toBe(true)
    // A login may have the URL of the refresh.
    page.calls.length = 0
    const answer = track(post(tab, contract))
    await page.advance(100)
    expect(answer.value?.status).toBe(200)
    expect(page.calls).toHaveLength(1)
    expect(page.callsTo(apiName)[0]?.headers.has('Authorization')).toBe(scheme !== undefined)
  })

  it('signs out for good', async () => {
    const page = await openPage(contract)
    const { signOut } = contract
    await page.advance(freshness)
    const done = track(page.session.signOut())
    await page.advance(1000)
    expect(done.state).toBe('resolved')
    expect(page.session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
    if (!signOut) return
    const [call, ...more] = page.callsTo(signOut.name)
    expect(call && wireOf(call)).toEqual(signOut)
    expect(call).toMatchObject({ credentials: 'include', keepalive: true })
    expect(more).toEqual([])
    const next = page.openTab()
    await page.advance(1000)
    expect(next.session.getSnapshot().status).toBe('unauthenticated')
  })
}

/** The tests for those whose token JavaScript never sees. */
export function keepsTabsTogether(contract: Contract): void {
  const { refresh, signOut } = contract
  const apiName = apiNameOf(contract)

  it('makes one refresh for two tabs', async () => {
    const page = await openPage(contract)
    const other = page.openTab()
    await page.advance(1000)
    expect(other.session.getSnapshot().status).toBe('authenticated')
    expect(page.callsTo(refresh.name)).toHaveLength(1)
    await letExpire(page, contract, 20)
    const answers = [page, other].flatMap((tab) =>
      Array.from({ length: 10 }, () => track(post(tab, contract))),
    )
    await page.advance(2000)
    expect(answers.map(({ value }) => value?.status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(page.callsTo(refresh.name)).toHaveLength(2)
    expect(page.callsTo(apiName).some(({ headers }) => headers.has('Authorization'))).toBe(false)
  })

  it('signs out in all tabs', async () => {
    const page = await openPage(contract)
    const other = page.openTab()
    await page.advance(1000)
    const done = track(page.session.signOut())
    await page.advance(1000)
    expect(done.state).toBe('resolved')
    expect(other.session.getSnapshot()).toMatchObject({
      status: 'unauthenticated',
      reason: 'signed_out_elsewhere',
    })
    if (signOut) expect(page.callsTo(signOut.name)).toHaveLength(1)
    expect(page.calls.some(({ headers }) => headers.has('Authorization'))).toBe(false)
  })
}
