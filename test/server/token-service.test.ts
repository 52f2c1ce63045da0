import { describe, expect, it } from 'vitest'
import { createBackend, day, minute, second, stores } from './backend.ts'
import { expectDead, findRows, grow, holding } from './chain.ts'

describe.each(stores)('normal use with the $kind store', ({ create }) => {
  it('40 rotations in a row are 40 tokens in one line, each spent once, and one session', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    const { session } = await page.login()
    const tokens = await grow(backend, page, 40)
    expect(new Set(tokens).size).toBe(41)
    const rows = await findRows(backend.store, tokens)
    expect(rows.map((row) => row?.gen)).toEqual(Array.from({ length: 41 }, (_, gen) => gen))
    expect(rows.slice(1).map((row) => row?.parentHash)).toEqual(rows.slice(0, -1).map((row) => row?.hash))
    expect(rows.map((row) => row?.usedAt === null)).toEqual([...Array(40).fill(false), true])
    expect(new Set(rows.map((row) => row?.sessionId))).toEqual(new Set([session.id]))
    expect(await backend.events()).toEqual(['login_succeeded', ...Array(40).fill('refresh_rotated')])
  })

  it('every access token of the line is good until its own end', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    const tokens = [(await page.login()).access_token]
    for (let rotation = 0; rotation < 10; rotation++) {
      clock.advance(minute)
      tokens.push((await page.refresh()).body.access_token)
    }
    for (const token of tokens) expect((await page.get('/api/me', token)).status).toBe(200)
    clock.advance(5 * minute + 5 * second)
    const statuses = await Promise.all(tokens.map(async (token) => (await page.get('/api/me', token)).status))
    expect(statuses).toEqual([401, ...Array(10).fill(200)])
  })

  it('a page that asks again and again keeps its token until it is old enough, and then has one more', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    const first = page.held()
    for (let ask = 0; ask < 9; ask++) {
      backend.clock.advance(second)
      expect(await page.refresh()).toMatchObject({ status: 200, cookies: [] })
    }
    backend.clock.advance(second)
    await page.refresh()
    const [old, next] = await findRows(backend.store, [first, page.held()])
    expect(next).toMatchObject({ gen: 1, parentHash: old?.hash })
  })

  it('the sessions of one user on several devices rotate without regard to each other', async () => {
    const backend = await createBackend(create())
    const devices = [backend.browser(), backend.browser(), backend.browser()]
    const ids: string[] = []
    for (const device of devices) ids.push((await device.login()).session.id)
    for (let round = 0; round < 6; round++) {
      for (const device of devices) await grow(backend, device, 1)
    }
    const rows = await findRows(
      backend.store,
      devices.map((device) => device.held()),
    )
    expect(rows.map((row) => row?.gen)).toEqual([6, 6, 6])
    expect(rows.map((row) => row?.sessionId)).toEqual(ids)
  })
})

describe.each(stores)('malicious reuse with the $kind store', ({ create }) => {
  it('of any ancestor, however old, ends the whole family and no other', async () => {
    const backend = await createBackend(create())
    const bystander = backend.browser()
    await bystander.login()
    // The last of a line of 7 has not been seen yet: its parent is no ancestor in this sense.
    for (let depth = 0; depth < 6; depth++) {
      const page = backend.browser()
      await page.login()
      const tokens = await grow(backend, page, 7)
      const { body } = await page.copy().refresh()
      backend.clock.advance(minute)
      const stolen = tokens[depth] ?? ''
      const answer = await holding(backend, stolen).refresh()
      expect(answer).toMatchObject({ status: 401, body: { code: 'refresh_reused' }, cookies: [] })
      await expectDead(backend, [...tokens].reverse())
      expect((await page.get('/api/me', body.access_token)).body.code).toBe('token_revoked')
    }
    expect((await backend.events()).filter((event) => event === 'refresh_reused')).toHaveLength(6)
    expect((await bystander.refresh()).status).toBe(200)
  })

  it('a thief who goes on with what he stole is thrown out when the owner comes', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    const thief = page.copy()
    const loot = await grow(backend, thief, 2)
    backend.clock.advance(minute)
    expect(await page.refresh()).toMatchObject({ status: 401, body: { code: 'refresh_reused' } })
    await expectDead(backend, loot)
  })

  it('a thief who was faster by one is found out when he comes again', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    const thief = page.copy()
    await grow(backend, thief, 1)
    // The server cannot tell this from an answer that was lost.
    await grow(backend, page, 1)
    expect(await thief.refresh()).toMatchObject({ status: 401, body: { code: 'refresh_reused' } })
    await expectDead(backend, [page.held(), thief.held()])
  })

  it('of a token that nobody could have used any more anyway gets nothing and ends nothing', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    const [first = ''] = await grow(backend, page, 3)
    backend.clock.advance(6 * day)
    await grow(backend, page, 1)
    backend.clock.advance(day)
    expect(await holding(backend, first).refresh()).toMatchObject({
      status: 401,
      body: { code: 'session_expired' },
    })
    expect((await page.refresh()).status).toBe(200)
  })
})

describe.each(stores)('concurrent reuse with the $kind store', ({ create }) => {
  it('of parent and child within the grace period leaves both with the child', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    const late = page.copy()
    const [, child] = await grow(backend, page, 1)
    const pages = [late, page, late.copy(), page.copy()]
    const answers = await Promise.all(pages.map((each) => each.refresh()))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(pages.map((each) => each.held())).toEqual(Array(4).fill(child))
    await grow(backend, page, 2)
  })

  it('of parent and child after the grace period gives one of them an answer and then ends the session', async () => {
    const backend = await createBackend(create())
    for (const childFirst of [true, false]) {
      const page = backend.browser()
      await page.login()
      const late = page.copy()
      const tokens = await grow(backend, page, 1)
      backend.clock.advance(minute)
      const pages = childFirst ? [page, late] : [late, page]
      const answers = await Promise.all(pages.map((each) => each.refresh()))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
      expect(answers.find(({ status }) => status === 401)?.body.code).toBe('refresh_reused')
      await expectDead(backend, [...tokens, ...pages.map((each) => each.held())])
    }
  })

  it('of a whole line at once leaves nobody signed in', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    const tokens = await grow(backend, page, 8)
    backend.clock.advance(minute)
    const pages = [...tokens, ...tokens].map((token) => holding(backend, token))
    const answers = await Promise.all(pages.map((each) => each.refresh()))
    const codes = answers
      .filter(({ status }) => status !== 200)
      .map(({ status, body }) => [status, body.code])
    expect(codes).toContainEqual([401, 'refresh_reused'])
    for (const code of codes) expect(['refresh_reused', 'session_revoked']).toContain(code[1])
    await expectDead(backend, [...tokens, ...pages.map((each) => each.held())])
  })

  it('that races the rotation of the newest leaves nothing to go on with', async () => {
    const backend = await createBackend(create())
    for (let round = 0; round < 5; round++) {
      const page = backend.browser()
      await page.login()
      const tokens = await grow(backend, page, 3)
      backend.clock.advance(minute)
      const thieves = [tokens[0], tokens[1]].map((token) => holding(backend, token ?? ''))
      const pages = [...thieves, page, page.copy(), page.copy()]
      const answers = await Promise.all(pages.map((each) => each.refresh()))
      expect(answers.slice(0, 2).map(({ status }) => status)).toEqual([401, 401])
      await expectDead(backend, [...tokens, ...pages.map((each) => each.held())])
    }
  })
})
