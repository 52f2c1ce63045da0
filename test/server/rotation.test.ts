import { describe, expect, it } from 'vitest'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { createBackend, day, minute, second, stores } from './backend.ts'

/** Holds back the writes until `count` of them have come, so that they really are concurrent. */
function gather(store: Store): Store & { expect(count: number): void } {
  let missing = 0
  let open = () => {}
  let opened = Promise.resolve()
  return {
    ...store,
    expect(count) {
      missing = count
      opened = new Promise((resolve) => {
        open = resolve
      })
    },
    async write(work) {
      missing -= 1
      if (missing === 0) open()
      await opened
      return store.write(work)
    },
  }
}

/** Another client wins the first so many compare-and-swaps, whatever they are. */
function loseRaces(store: Store, count: number): Store {
  let left = count
  const lose = async () => {
    left -= 1
    return false
  }
  return {
    ...store,
    write: (work) =>
      store.write((records) => {
        const spendToken: typeof records.spendToken = (...spent) =>
          left > 0 ? lose() : records.spendToken(...spent)
        return work({ ...records, spendToken })
      }),
  }
}

describe.each(stores)('refresh with the $kind store', ({ create }) => {
  it('rotates the token and tells the session in the body', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    const { session } = await page.login()
    const before = page.held()
    clock.advance(minute)
    const answer = await page.refresh()
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 900,
      session,
    })
    expect(page.held()).toMatch(/^[\w-]{43}$/)
    expect(page.held()).not.toBe(before)
    expect((await page.get('/api/me', answer.body.access_token)).status).toBe(200)
  })

  it('makes one rotation of 16 concurrent refreshes and gives all the same successor', async () => {
    const store = gather(await create())
    const { browser, clock, events } = await createBackend(store)
    const page = browser()
    await page.login()
    clock.advance(minute)
    const tabs = Array.from({ length: 16 }, () => page.copy())
    store.expect(16)
    const answers = await Promise.all(tabs.map((tab) => tab.refresh()))
    expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200))
    expect(new Set(tabs.map((tab) => tab.held())).size).toBe(1)
    const happened = await events()
    expect(happened.filter((event) => event === 'refresh_rotated')).toHaveLength(1)
    expect(happened.filter((event) => event === 'refresh_replayed')).toHaveLength(15)
    const successor = await store.read(async (records) =>
      records.findToken(await hashToken(tabs[0]?.held() ?? '')),
    )
    expect(successor?.token.gen).toBe(1)
  })

  it('judges again when another client was faster, and gives up with 503 when that never ends', async () => {
    for (const [races, status] of [
      [4, 200],
      [5, 503],
    ] as const) {
      const { browser, clock } = await createBackend(loseRaces(await create(), races))
      const page = browser()
      await page.login()
      clock.advance(minute)
      expect((await page.refresh()).status).toBe(status)
      expect((await page.refresh()).status).toBe(200)
    }
  })

  it('answers the same successor when a spent token comes back within the grace period', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    await page.login()
    const late = page.copy()
    clock.advance(minute)
    await page.refresh()
    clock.advance(10 * second - 1)
    const answer = await late.refresh()
    expect(answer.status).toBe(200)
    expect(late.jar).toEqual(page.jar)
  })

  it('gives a sibling when the answer was lost', async () => {
    const { browser, clock, events } = await createBackend(create())
    const page = browser()
    await page.login()
    const unlucky = page.copy()
    clock.advance(minute)
    await page.refresh()
    clock.advance(10 * second)
    expect((await unlucky.refresh()).status).toBe(200)
    expect(unlucky.held()).not.toBe(page.held())
    expect(await events()).toContain('refresh_sibling')
    clock.advance(minute)
    expect((await unlucky.refresh()).status).toBe(200)
  })

  it('counts every token of a session with a number of its own, siblings too', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    const { session } = await page.login()
    const idleEnd = (clock.now + 7 * day) / 1000
    expect(page.jar.get('sr_hint')).toBe(`${session.id}.0.${idleEnd}`)
    const unlucky = page.copy()
    clock.advance(minute)
    await page.refresh()
    expect(page.jar.get('sr_hint')).toBe(`${session.id}.1.${idleEnd + 60}`)
    clock.advance(minute)
    await unlucky.refresh()
    expect(unlucky.jar.get('sr_hint')).toBe(`${session.id}.2.${idleEnd + 120}`)
  })

  it('gives concurrent late comers one and the same sibling', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    await page.login()
    const tabs = Array.from({ length: 8 }, () => page.copy())
    clock.advance(minute)
    await page.refresh()
    clock.advance(minute)
    await Promise.all(tabs.map((tab) => tab.refresh()))
    expect(new Set(tabs.map((tab) => tab.held())).size).toBe(1)
  })

  it('takes a dropped successor that turns up for theft', async () => {
    const { browser, clock, events } = await createBackend(create())
    const page = browser()
    await page.login()
    const unlucky = page.copy()
    clock.advance(minute)
    await page.refresh()
    clock.advance(minute)
    await unlucky.refresh()
    const answer = await page.refresh()
    expect(answer).toMatchObject({ status: 401, body: { code: 'refresh_reused' }, cookies: [] })
    expect(await events()).toContain('refresh_reused')
    expect(await unlucky.refresh()).toMatchObject({ status: 401, body: { code: 'session_revoked' } })
  })

  it('revokes the family durably when a token comes back whose successor has been presented', async () => {
    const { browser, clock, events, store } = await createBackend(create())
    const page = browser()
    const { access_token: early } = await page.login()
    const thief = page.copy()
    clock.advance(minute)
    await page.refresh()
    clock.advance(minute)
    const { body } = await page.refresh()
    clock.advance(minute)
    expect(await thief.refresh()).toMatchObject({
      status: 401,
      body: { code: 'refresh_reused' },
      cookies: [],
    })
    const found = await store.read(async (records) => records.findToken(await hashToken(page.held())))
    expect(found?.session).toMatchObject({ revokedReason: 'reuse', revokedAt: clock.now })
    expect(await page.refresh()).toMatchObject({ status: 401, body: { code: 'session_revoked' } })
    expect(await thief.refresh()).toMatchObject({ status: 401, body: { code: 'session_revoked' } })
    for (const token of [early, body.access_token]) {
      expect(await page.get('/api/me', token)).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    }
    expect((await events()).filter((event) => event === 'refresh_reused')).toHaveLength(1)
  })

  it('takes a young successor that was presented for arrived', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    await page.login()
    const thief = page.copy()
    clock.advance(minute)
    await page.refresh()
    await page.refresh()
    clock.advance(minute)
    expect(await thief.refresh()).toMatchObject({ status: 401, body: { code: 'refresh_reused' } })
  })

  it('revokes the one family only', async () => {
    const { browser, clock } = await createBackend(create())
    const [page, phone] = [browser(), browser()]
    await page.login()
    await phone.login()
    const thief = page.copy()
    for (const _ of [1, 2]) {
      clock.advance(minute)
      await page.refresh()
    }
    await thief.refresh()
    expect((await phone.refresh()).status).toBe(200)
  })

  it('keeps a young token: new access token, no cookie', async () => {
    const { browser, clock, events } = await createBackend(create())
    const page = browser()
    const { access_token: first } = await page.login()
    clock.advance(10 * second - 1)
    const answer = await page.refresh()
    expect(answer).toMatchObject({ status: 200, cookies: [] })
    expect(answer.body.access_token).not.toBe(first)
    expect((await page.get('/api/me', answer.body.access_token)).status).toBe(200)
    expect(await events()).toContain('refresh_kept')
    clock.advance(1)
    expect((await page.refresh()).cookies).toHaveLength(2)
  })

  it('in strict mode rotates young tokens and takes every spent one for theft', async () => {
    const { browser } = await createBackend(create(), { strict: true })
    const page = browser()
    await page.login()
    const late = page.copy()
    expect((await page.refresh()).cookies).toHaveLength(2)
    expect(page.held()).not.toBe(late.held())
    expect(await late.refresh()).toMatchObject({ status: 401, body: { code: 'refresh_reused' } })
    expect(await page.refresh()).toMatchObject({ status: 401, body: { code: 'session_revoked' } })
  })
})
