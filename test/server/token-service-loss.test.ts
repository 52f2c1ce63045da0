import { describe, expect, it } from 'vitest'
import { type Browser, createBackend, day, minute, second, stores } from './backend.ts'
import { expectDead, findRows, grow, holding } from './chain.ts'

/** A refresh whose answer never arrives: the page still has what it had. Answers the token that went missing. */
async function lose(page: Browser): Promise<string> {
  const wire = page.copy()
  expect((await wire.refresh()).status).toBe(200)
  expect(wire.held()).not.toBe(page.held())
  return wire.held()
}

describe.each(stores)('failed-to-save reuse with the $kind store', ({ create }) => {
  it('after one loss the page goes on, within the grace period with the very same token', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(minute)
    const lost = await lose(page)
    backend.clock.advance(9 * second)
    expect((await page.refresh()).status).toBe(200)
    expect(page.held()).toBe(lost)
    await grow(backend, page, 3)
  })

  it('after one loss the page goes on with a sibling when the grace period is over', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(minute)
    const lost = await lose(page)
    await grow(backend, page, 3)
    const [row] = await findRows(backend.store, [lost])
    expect(row).toMatchObject({ gen: 1, droppedAt: expect.any(Number), presentedAt: null })
  })

  it.each([2, 3, 7])(
    'after %i losses in a row the page goes on, and one successor is left',
    async (losses) => {
      const backend = await createBackend(create())
      const page = backend.browser()
      await page.login()
      const parent = page.held()
      const lost: string[] = []
      for (let loss = 0; loss < losses; loss++) {
        backend.clock.advance(minute)
        lost.push(await lose(page))
      }
      expect(new Set(lost).size).toBe(losses)
      const [, child = ''] = await grow(backend, page, 1)
      const rows = await findRows(backend.store, [...lost, child])
      const [{ hash } = {}] = await findRows(backend.store, [parent])
      expect(rows.map((row) => row?.parentHash)).toEqual(Array(losses + 1).fill(hash))
      expect(rows.map((row) => row?.droppedAt === null)).toEqual([...Array(losses).fill(false), true])
      await grow(backend, page, 3)
    },
  )

  it('two losses within the grace period are one token, and the third time it arrives', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(minute)
    const lost = await lose(page)
    backend.clock.advance(5 * second)
    expect(await lose(page)).toBe(lost)
    backend.clock.advance(4 * second)
    await page.refresh()
    expect(page.held()).toBe(lost)
    await grow(backend, page, 1)
  })

  it('a replay that is lost too is made good by a sibling later', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(minute)
    const lost = await lose(page)
    expect(await lose(page)).toBe(lost)
    const [, child] = await grow(backend, page, 1)
    expect(child).not.toBe(lost)
    await grow(backend, page, 2)
  })

  it('the token of the sibling may be lost as well, and so may that of its successor', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    for (let round = 0; round < 3; round++) {
      backend.clock.advance(minute)
      await lose(page)
      await grow(backend, page, 1)
    }
    expect(await backend.events()).toEqual([
      'login_succeeded',
      ...Array(3).fill(['refresh_rotated', 'refresh_sibling']).flat(),
    ])
    await grow(backend, page, 2)
  })

  it('the late comers of one loss all get the same sibling within its grace period', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(minute)
    await lose(page)
    const tabs = [page, page.copy(), page.copy(), page.copy()]
    backend.clock.advance(minute)
    for (const tab of tabs) {
      expect((await tab.refresh()).status).toBe(200)
      backend.clock.advance(2 * second)
    }
    expect(new Set(tabs.map((tab) => tab.held())).size).toBe(1)
    await grow(backend, page, 2)
  })

  it('a page that was closed for days over a lost answer is still signed in', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(minute)
    await lose(page)
    backend.clock.advance(7 * day - minute - 1)
    expect((await page.refresh()).status).toBe(200)
    await grow(backend, page, 2)
  })

  it.each([
    ['the first lost', 0],
    ['the second lost', 1],
    ['the last lost', 2],
  ])('%s, turning up after all, was stolen: everyone is signed out', async (_case, index) => {
    const backend = await createBackend(create())
    const page = backend.browser()
    const { access_token: token } = await page.login()
    const lost: string[] = []
    for (let loss = 0; loss < 3; loss++) {
      backend.clock.advance(minute)
      lost.push(await lose(page))
    }
    const kept = await grow(backend, page, 2)
    const turnedUp = lost[index] ?? ''
    const answer = await holding(backend, turnedUp).refresh()
    expect(answer).toMatchObject({ status: 401, body: { code: 'refresh_reused' }, cookies: [] })
    await expectDead(backend, [...kept, ...lost])
    expect((await page.get('/api/me', token)).body.code).toBe('token_revoked')
  })

  it('the dropped one turning up is theft at once and for as long as the session lives', async () => {
    for (const wait of [0, second, day, 29 * day]) {
      const backend = await createBackend(create(), { idleLifetime: 30 * day })
      const page = backend.browser()
      await page.login()
      backend.clock.advance(minute)
      const lost = await lose(page)
      await grow(backend, page, 1)
      backend.clock.advance(wait)
      expect((await holding(backend, lost).refresh()).body.code).toBe('refresh_reused')
      await expectDead(backend, [page.held()])
    }
  })

  it('the dropped one and its sibling presented at once leave nobody signed in', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(minute)
    const lost = await lose(page)
    await grow(backend, page, 1)
    backend.clock.advance(minute)
    const thief = holding(backend, lost)
    const answers = await Promise.all([page.refresh(), thief.refresh()])
    expect(answers[1]).toMatchObject({ status: 401, body: { code: 'refresh_reused' } })
    await expectDead(backend, [page.held(), lost])
  })

  it('a token that arrived late and was used is no lost one: its parent is then reuse', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    const stale = page.copy()
    await grow(backend, page, 1)
    expect(await page.refresh()).toMatchObject({ status: 200, cookies: [] })
    backend.clock.advance(minute)
    expect((await stale.refresh()).body.code).toBe('refresh_reused')
    await expectDead(backend, [page.held()])
  })
})
