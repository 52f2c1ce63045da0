import { describe, expect, it } from 'vitest'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import { createBackend, day, minute, stores } from './backend.ts'

describe.each(stores)('the end of a session with the $kind store', ({ create }) => {
  it('lets a session end after a week of silence', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    await page.login()
    clock.advance(7 * day - 1)
    const idle = page.copy()
    expect((await page.refresh()).status).toBe(200)
    clock.advance(1)
    expect(await idle.refresh()).toMatchObject({
      status: 401,
      body: { code: 'session_expired' },
      cookies: [],
    })
  })

  it('never lets a child outlive the absolute end of its family', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    const { session } = await page.login()
    for (let week = 0; week < 4; week++) {
      clock.advance(7 * day - 1)
      expect((await page.refresh()).status).toBe(200)
    }
    const rest = session.expires_at * 1000 - clock.now
    expect(rest).toBeLessThan(7 * day)
    clock.advance(minute)
    const answer = await page.refresh()
    expect(answer.cookies[0]?.attributes.maxAge).toBe(rest - minute)
    expect(page.jar.get('sr_hint')?.split('.')[2]).toBe(String(session.expires_at))
    clock.advance(rest - 2 * minute)
    const last = await page.refresh()
    expect(last.body.expires_in).toBe(60)
    clock.advance(minute)
    expect(await page.refresh()).toMatchObject({ status: 401, body: { code: 'session_expired' } })
    expect(await page.get('/api/me', last.body.access_token)).toMatchObject({ status: 401 })
  })

  it('leaves no living token when sign-out everywhere races a rotation', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    await page.login()
    clock.advance(minute)
    const { body } = await page.refresh()
    clock.advance(minute)
    const tab = page.copy()
    const authorization = `Bearer ${body.access_token}`
    await Promise.all([
      page.refresh(),
      tab.post('/auth/logout-all', {}, { authorization }),
      page.copy().refresh(),
    ])
    expect((await page.refresh()).status).toBe(401)
  })
  it('wipes the way from a token to its successor once the successor has been used', async () => {
    const { browser, clock, store } = await createBackend(create())
    const page = browser()
    await page.login()
    const hashes: string[] = []
    for (const _ of [1, 2, 3]) {
      hashes.push(await hashToken(page.held()))
      clock.advance(minute)
      await page.refresh()
    }
    const found = await store.read((records) => Promise.all(hashes.map((hash) => records.findToken(hash))))
    expect(found.map((row) => row?.token.successorSealed)).toEqual([null, null, expect.any(String)])
  })
})
