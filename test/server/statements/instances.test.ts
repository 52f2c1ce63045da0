import { describe, expect, it } from 'vitest'
import { createPbkdf2Hasher } from '../../../demo/server/session/passwords.ts'
import { hashToken } from '../../../demo/server/session/refresh-tokens.ts'
import { createSite, demo, meets, type Visitor } from '../app-with.ts'
import { minute, stores } from '../backend.ts'
import { clusters, disable, type Instances, requestReset } from './instances.ts'

const held = ({ jar }: Visitor) => jar.get('__Host-sr_rt') ?? ''

describe.each(clusters)('four instances on one $kind database', { timeout: 30_000 }, ({ open }) => {
  it('exchange a token that all are asked for at once a single time, and all give the same successor', async () => {
    const { first, advance, at } = await open(4)
    const page = first.visitor()
    await page.login()
    for (let round = 1; round <= 4; round++) {
      advance(minute)
      const tabs = Array.from({ length: 32 }, (_, index) => at(index, page))
      const before = held(page)
      const answers = await Promise.all([page, ...tabs].map((tab) => tab.refresh()))
      expect(answers.map(({ status }) => status)).toEqual(Array(33).fill(200))
      expect(new Set([page, ...tabs].map(held)).size).toBe(1)
      expect(held(page)).not.toBe(before)
      const hash = await hashToken(held(page))
      const found = await first.store.read((records) => records.findToken(hash))
      expect(found?.token.gen).toBe(round)
      const events = (await first.events()).slice(1)
      expect(events.filter((event) => event === 'refresh_rotated')).toHaveLength(round)
      expect(events.filter((event) => event === 'refresh_replayed')).toHaveLength(32 * round)
    }
  })

  it('end a family for good at all of them when one sees a spent token again', async () => {
    const { first, advance, at, sites } = await open(4)
    const page = first.visitor()
    const tokens = [(await page.login()).access_token]
    const thief = at(2, page)
    for (let index = 1; index < 4; index++) {
      advance(minute)
      const visitor = at(index, page)
      tokens.push((await visitor.refresh()).body.access_token)
      for (const [name, value] of visitor.jar) page.jar.set(name, value)
    }
    expect(await thief.refresh()).toMatchObject({
      status: 401,
      body: { code: 'refresh_reused' },
      cookies: [],
    })
    for (const index of sites.keys()) {
      expect((await at(index, page).refresh()).body.code).toBe('session_revoked')
      expect((await at(index, thief).refresh()).body.code).toBe('session_revoked')
      for (const token of tokens) expect(await meets(at(index, page), token)).toBe(401)
    }
  })

  it.each<[string, (page: Visitor, token: string, instances: Instances) => Promise<unknown>]>([
    ['a sign-out', (page) => page.post('/auth/logout')],
    ['a sign-out everywhere', (page, token) => page.post('/auth/logout-all', {}, token)],
    ['the end of the device', (page, token) => endDevice(page, token)],
    ['another sign-in', (page) => page.login()],
    ['the end of the account', (_, _token, { first }) => disable(first)],
    [
      'a new password',
      (page, token) =>
        page.post(
          '/auth/password/change',
          { current_password: demo.password, new_password: demo.password },
          token,
        ),
    ],
  ])('leave no usable token of the session when rotations race %s', async (_case, end) => {
    for (let round = 0; round < 4; round++) {
      const instances = await open(4)
      const { first, advance, at } = instances
      const page = first.visitor()
      const { access_token: token, session } = await page.login()
      advance(minute)
      const tabs = Array.from({ length: 8 }, (_, index) => at(index, page))
      const ending = at(round, page)
      const refreshes = tabs.map((tab) => tab.refresh())
      const after = round % 2 === 1 ? tabs.map((tab) => tab.refresh()) : []
      const [, ...answers] = await Promise.all([end(ending, token, instances), ...refreshes, ...after])
      const granted = answers.filter(({ status }) => status === 200)
      for (const { body } of granted) expect(body.session.id).toBe(session.id)
      for (const [index, tab] of [page, ...tabs].entries()) {
        expect(await at(index, tab).refresh()).toMatchObject({ status: 401, cookies: [] })
      }
      for (const access of [token, ...granted.map(({ body }) => body.access_token)]) {
        expect(await meets(page, access)).toBe(401)
      }
    }
  })
})

async function endDevice(page: Visitor, token: string): Promise<void> {
  const { body } = await page.call('GET', '/auth/sessions', token)
  const [{ id } = { id: '' }] = body.sessions as { id: string }[]
  expect((await page.call('DELETE', `/auth/sessions/${id}`, token)).status).toBe(204)
}

describe.each(stores)('with the $kind store', ({ create }) => {
  it('a sign-in whose password was checked before a reset is worth nothing after it', async () => {
    const hasher = createPbkdf2Hasher({ iterations: 1 })
    let meanwhile = async () => {}
    const site = await createSite(create(), {
      passwords: {
        ...hasher,
        async verify(password, stored) {
          const matches = await hasher.verify(password, stored)
          await meanwhile()
          return matches
        },
      },
    })
    const token = await requestReset(site)
    meanwhile = async () => {
      const body = { token, password: 'another horse' }
      expect((await site.visitor().post('/auth/password/reset', body)).status).toBe(204)
    }
    const page = site.visitor()
    const answer = await page.tryLogin(demo.email, demo.password)
    if (answer.status === 200) expect(await meets(page, answer.body.access_token)).toBe(401)
    expect((await page.refresh()).status).toBe(401)
  })
})
