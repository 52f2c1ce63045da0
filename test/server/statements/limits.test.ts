import { describe, expect, it } from 'vitest'
import type { Store } from '../../../demo/server/store/store.ts'
import { createSite, demo, meets, type Site, type Visitor } from '../app-with.ts'
import { type Answer, stores } from '../backend.ts'

const [home, away] = ['192.0.2.1', '198.51.100.7']

/** Refused for now; answers the milliseconds to wait. */
function expectLimited(answer: Answer): number {
  expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited' }, cookies: [] })
  const retryAfter = answer.headers.get('retry-after') ?? ''
  expect(retryAfter).toMatch(/^[1-9]\d*$/)
  return Number(retryAfter) * 1000
}

async function guess(visitor: Visitor, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    expect((await visitor.tryLogin(demo.email, `wrong ${time}`)).status).toBe(401)
  }
}

/** What the owner of the account has goes on as if nothing were. */
async function expectUntouched(site: Site, device: Visitor, token: string): Promise<void> {
  expect(await meets(device, token)).toBe(200)
  expect((await device.refresh()).status).toBe(200)
  expect((await site.visitor(away).tryLogin(demo.email, demo.password)).status).toBe(200)
}

describe.each(stores)('a limit with the $kind store', ({ create }) => {
  it('of wrong passwords is 429 with Retry-After, leaves the sessions alone and other places open', async () => {
    const site = await createSite(create())
    const device = site.visitor(home)
    const { access_token: token } = await device.login()
    await guess(site.visitor(home), 5)
    const wait = expectLimited(await site.visitor(home).tryLogin(demo.email, demo.password))
    await expectUntouched(site, device, token)
    site.clock.advance(wait - 1000)
    expectLimited(await site.visitor(home).tryLogin(demo.email, demo.password))
    site.clock.advance(1000)
    expect((await site.visitor(home).tryLogin(demo.email, demo.password)).status).toBe(200)
  })

  it('of wrong passwords for all accounts of one address leaves sessions and other places alone', async () => {
    const site = await createSite(create())
    const device = site.visitor(home)
    const { access_token: token } = await device.login()
    const thief = site.visitor(home)
    for (let account = 0; account < 50; account++) {
      expect((await thief.tryLogin(`user${account}@example.com`, 'wrong')).status).toBe(401)
    }
    expectLimited(await thief.tryLogin(demo.email, demo.password))
    await expectUntouched(site, device, token)
  })

  it('of refreshes from one address is none of those from another', async () => {
    const site = await createSite(create())
    const pages = Array.from({ length: 6 }, () => site.visitor(home))
    for (const page of pages) await page.login()
    for (let time = 0; time < 300; time++) expect((await pages[time % 6]?.refresh())?.status).toBe(200)
    const [page] = pages
    expectLimited(await pages[0]!.refresh())
    const moved = site.visitor(away)
    for (const [name, value] of page?.jar ?? []) moved.jar.set(name, value)
    site.clock.advance(1000)
    expect((await moved.refresh()).status).toBe(200)
  })

  it('counts a refresh once, however often it had to look again', async () => {
    const store = loseRaces(await create())
    const site = await createSite(store, { settings: { gracePeriod: 0 } })
    const page = site.visitor(home)
    await page.login()
    for (let time = 0; time < 20; time++) {
      store.lose(4)
      expect([time, (await page.refresh()).status]).toEqual([time, 200])
    }
  })

  it('of guesses at the password in one session leaves the owner’s other sessions free to change it', async () => {
    const site = await createSite(create())
    const [device, stolen] = [site.visitor(home), site.visitor(away)]
    const { access_token: token } = await device.login()
    const { access_token: theirs } = await stolen.login()
    const guessed = { current_password: 'a guess', new_password: 'another horse' }
    for (let time = 0; time < 5; time++) {
      expect((await stolen.post('/auth/password/change', guessed, theirs)).status).toBe(403)
    }
    expectLimited(await stolen.post('/auth/password/change', guessed, theirs))
    const known = { current_password: demo.password, new_password: 'another horse' }
    expect((await device.post('/auth/password/change', known, token)).status).toBe(200)
  })

  it('of ways to a new password is the same whether there is such an account or not', async () => {
    const site = await createSite(create())
    const device = site.visitor(home)
    const { access_token: token } = await device.login()
    const answers: [number, string | null][][] = []
    for (const email of [demo.email, 'nobody@example.com']) {
      const own: [number, string | null][] = []
      for (let time = 0; time < 4; time++) {
        const answer = await site.visitor(home).post('/auth/password/reset-request', { email })
        own.push([answer.status, answer.headers.get('retry-after')])
      }
      answers.push(own)
    }
    expect(answers[0]).toEqual([
      [202, null],
      [202, null],
      [202, null],
      [429, expect.stringMatching(/^[1-9]\d*$/)],
    ])
    expect(answers[1]).toEqual(answers[0])
    await expectUntouched(site, device, token)
  })
})

/** Another client wins the next so many compare-and-swaps. */
function loseRaces(store: Store): Store & { lose(count: number): void } {
  let left = 0
  return {
    ...store,
    lose(count) {
      left = count
    },
    write: (work) =>
      store.write((records) =>
        work({
          ...records,
          async spendToken(...spent) {
            left -= 1
            return left < 0 && records.spendToken(...spent)
          },
        }),
      ),
  }
}
