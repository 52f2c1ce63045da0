import { describe, expect, it, vi } from 'vitest'
import { StoreUnavailableError } from '../../demo/server/store/store.ts'
import { createSite, demo, meets, other, type Visitor } from './app-with.ts'
import { type Answer, expectPrivate, minute, second, stores } from './backend.ts'

const [home, elsewhere] = ['192.0.2.1', '198.51.100.9']

/** So many requests one after another; answers how often each status came. */
async function repeat(
  count: number,
  work: (index: number) => Promise<Answer>,
): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (let index = 0; index < count; index++) {
    const { status } = await work(index)
    counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}

function expectLimited(answer: Answer, seconds: number): void {
  expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited', status: 429 }, cookies: [] })
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.headers.get('retry-after')).toBe(String(seconds))
  expectPrivate(answer)
}

const create = stores[0]!.create

describe.each([
  {
    what: 'wrong passwords for an account',
    limit: 5,
    wait: 180,
    ask: (visitor: Visitor) => visitor.tryLogin(demo.email, 'wrong'),
  },
  {
    what: 'guesses about an account that nobody has',
    limit: 5,
    wait: 180,
    ask: (visitor: Visitor) => visitor.tryLogin('nobody@example.com', 'wrong'),
  },
  {
    what: 'wrong passwords from an address',
    limit: 50,
    wait: 18,
    ask: (visitor: Visitor, index: number) => visitor.tryLogin(`user${index}@example.com`, 'wrong'),
  },
  {
    what: 'sign-ups from an address',
    limit: 20,
    wait: 180,
    ask: (visitor: Visitor, index: number) =>
      visitor.post('/auth/sign-up', { email: `user${index}@example.com`, password: 'a fine horse' }),
  },
  {
    what: 'mails to an account',
    limit: 3,
    wait: 1200,
    ask: (visitor: Visitor) => visitor.post('/auth/password/reset-request', { email: 'nobody@example.com' }),
  },
  {
    what: 'mails asked for from an address',
    limit: 20,
    wait: 180,
    ask: (visitor: Visitor, index: number) =>
      visitor.post('/auth/password/reset-request', { email: `user${index}@example.com` }),
  },
  {
    what: 'guesses at the token of a mail',
    limit: 20,
    wait: 180,
    ask: (visitor: Visitor, index: number) =>
      visitor.post('/auth/password/reset', { token: `guess ${index}`, password: 'a fine horse' }),
  },
])('the limit of $what', ({ limit, wait, ask }) => {
  it(`is ${limit}, and then one every ${wait} seconds`, async () => {
    const { visitor, clock } = await createSite(create())
    const page = visitor(home)
    expect(await repeat(limit, (index) => ask(page, index))).not.toHaveProperty('429')
    expectLimited(await ask(page, limit), wait)
    clock.advance(wait * second - 1)
    expectLimited(await ask(page, limit), 1)
    clock.advance(1)
    expect((await ask(page, limit)).status).not.toBe(429)
    expectLimited(await ask(page, limit + 1), wait)
  })

  it('writes one line a minute into the audit log', async () => {
    const { visitor, clock, entries } = await createSite(create())
    const page = visitor(home)
    await repeat(limit + 10, (index) => ask(page, index))
    const told = async () => (await entries()).filter(({ event }) => event === 'rate_limited')
    expect(await told()).toMatchObject([{ ip: home, at: clock.now }])
    clock.advance(minute)
    await repeat(limit + 10, (index) => ask(page, index))
    expect(await told()).toHaveLength(2)
  })
})

describe('a limit', () => {
  it('for an account at one address keeps its owner out nowhere else', async () => {
    const { visitor } = await createSite(create())
    const owner = visitor(elsewhere)
    const { access_token: token } = await owner.login()
    const thief = visitor(home)
    await repeat(10, () => thief.tryLogin(demo.email, 'wrong'))
    expectLimited(await thief.tryLogin(demo.email, demo.password), 180)
    expectLimited(await thief.tryLogin(' DEMO@example.com', demo.password), 180)
    expect((await thief.tryLogin(other.email, other.password)).status).toBe(200)
    expect(await meets(owner, token)).toBe(200)
    expect((await owner.refresh()).status).toBe(200)
    expect((await visitor(elsewhere).tryLogin(demo.email, demo.password)).status).toBe(200)
  })

  it('does not count passwords that are right', async () => {
    const { visitor } = await createSite(create())
    expect(await repeat(60, () => visitor(home).tryLogin(demo.email, demo.password))).toEqual({ 200: 60 })
    expect(await repeat(5, () => visitor(home).tryLogin(demo.email, 'wrong'))).toEqual({ 401: 5 })
    expectLimited(await visitor(home).tryLogin(demo.email, demo.password), 180)
  })

  it('is not got around by a right password of one’s own', async () => {
    const { visitor } = await createSite(create())
    const thief = visitor(home)
    const counts = await repeat(12, async () => {
      await thief.tryLogin(other.email, other.password)
      return thief.tryLogin(demo.email, 'wrong')
    })
    expect(counts).toEqual({ 401: 5, 429: 7 })
  })

  it('is not got around by asking all at once', async () => {
    const { visitor } = await createSite(create())
    const tries = Array.from({ length: 20 }, () => visitor(home).tryLogin(demo.email, 'wrong'))
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(5)
  })

  it('is not got around within the network of one IPv6 customer', async () => {
    const { visitor } = await createSite(create())
    const guess = (ip: string) => visitor(ip).tryLogin(demo.email, 'wrong')
    const own = (index: number) => `2001:db8:1:2:${index.toString(16)}::${index}`
    expect(await repeat(9, (index) => guess(own(index)))).toEqual({ 401: 5, 429: 4 })
    expect((await guess('2001:db8:1:2::')).status).toBe(429)
    expect((await guess('2001:db8:1:3::1')).status).toBe(401)
    expect((await guess('::1')).status).toBe(401)
  })

  it('knows an IPv4 address in the dress of IPv6', async () => {
    const { visitor } = await createSite(create())
    await repeat(5, () => visitor(`::ffff:${home}`).tryLogin(demo.email, 'wrong'))
    expectLimited(await visitor(home).tryLogin(demo.email, 'wrong'), 180)
    expect((await visitor(`::ffff:${elsewhere}`).tryLogin(demo.email, 'wrong')).status).toBe(401)
  })

  it('by address is for nobody whose address is unknown', async () => {
    const { visitor } = await createSite(create())
    const ask = (index: number) => visitor(null).tryLogin(`user${index}@example.com`, 'wrong')
    expect(await repeat(60, ask)).toEqual({ 401: 60 })
  })

  it('of an address takes nothing from the accounts that are asked for in vain', async () => {
    const { visitor, clock } = await createSite(create())
    const page = visitor(home)
    await repeat(50, (index) => page.tryLogin(`user${index}@example.com`, 'wrong'))
    expect(await repeat(6, () => page.tryLogin(demo.email, demo.password))).toEqual({ 429: 6 })
    clock.advance(18 * second)
    expect((await page.tryLogin(demo.email, demo.password)).status).toBe(200)
  })

  it('does not count what the server itself was to blame for', async () => {
    const { visitor, store } = await createSite(create())
    const read = vi.spyOn(store, 'read').mockRejectedValue(new StoreUnavailableError('busy'))
    expect(await repeat(8, () => visitor(home).tryLogin(demo.email, demo.password))).toEqual({ 503: 8 })
    read.mockRestore()
    expect((await visitor(home).tryLogin(demo.email, demo.password)).status).toBe(200)
  })

  it('is set by nobody who is told to do without', async () => {
    const { visitor } = await createSite(create(), { settings: { rateLimits: false } })
    expect(await repeat(60, () => visitor(home).tryLogin(demo.email, 'wrong'))).toEqual({ 401: 60 })
  })
})

describe.each(stores)('the limits of a refresh with the $kind store', ({ create: open }) => {
  it('are 60 a minute for a session, whoever asks from where, and the session lives on', async () => {
    const { visitor, clock, entries } = await createSite(open())
    const page = visitor(home)
    const { access_token: token } = await page.login()
    const stranger = visitor(home)
    await stranger.login(other.email)
    expect(await repeat(60, () => page.refresh())).toEqual({ 200: 60 })
    const jar = new Map(page.jar)
    expectLimited(await page.refresh(), 1)
    expect(page.jar).toEqual(jar)
    expect((await stranger.refresh()).status).toBe(200)
    expect(await meets(page, token)).toBe(200)
    expect((await page.refresh()).status).toBe(429)
    clock.advance(second)
    expect((await page.refresh()).status).toBe(200)
    clock.advance(minute)
    expect((await page.refresh()).status).toBe(200)
    expect((await entries()).filter(({ event }) => event === 'rate_limited')).toHaveLength(1)
  })
})

it('the limit of refreshes from an address is 300 a minute, over all its sessions', async () => {
  const { visitor } = await createSite(create())
  const pages = Array.from({ length: 6 }, () => visitor(home))
  for (const page of pages) await page.login()
  expect(await repeat(300, (index) => pages[index % 6]!.refresh())).toEqual({ 200: 300 })
  expectLimited(await pages[0]!.refresh(), 1)
  const roaming = visitor(elsewhere)
  for (const [name, value] of pages[0]!.jar) roaming.jar.set(name, value)
  expect((await roaming.refresh()).status).toBe(200)
})
