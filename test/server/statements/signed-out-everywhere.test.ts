import { describe, expect, it } from 'vitest'
import { createSite, demo, meets, other, type Site, type Visitor } from '../app-with.ts'
import { minute, stores } from '../backend.ts'
import { disable, requestReset } from './instances.ts'

interface Device {
  visitor: Visitor
  /** All it ever had, spent or not. */
  cookies: Visitor[]
  accessTokens: string[]
}

/** Signs in and refreshes three times. */
async function useDevice(site: Site, email: string): Promise<Device> {
  const visitor = site.visitor()
  const accessTokens = [(await visitor.login(email)).access_token]
  const cookies = [visitor.copy()]
  for (const _ of [1, 2, 3]) {
    site.clock.advance(minute)
    accessTokens.push((await visitor.refresh()).body.access_token)
    cookies.push(visitor.copy())
  }
  return { visitor, cookies, accessTokens }
}

type Ending = [string, (site: Site, device: Device) => Promise<unknown>]

const newest = ({ accessTokens }: Device) => accessTokens.at(-1) ?? ''

const endings: Ending[] = [
  [
    'a password reset',
    async (site) => {
      const body = { token: await requestReset(site), password: 'another horse' }
      expect((await site.visitor().post('/auth/password/reset', body)).status).toBe(204)
    },
  ],
  [
    'a sign-out everywhere',
    async (_, device) => {
      expect((await device.visitor.post('/auth/logout-all', {}, newest(device))).status).toBe(204)
    },
  ],
  [
    'a changed password',
    async ({ visitor }, device) => {
      const body = { current_password: demo.password, new_password: 'another horse' }
      expect((await visitor().post('/auth/password/change', body, newest(device))).status).toBe(200)
    },
  ],
  ['the end of the account', async (site) => expect(await disable(site)).toBe(true)],
]

describe.each(stores)('with the $kind store', ({ create }) => {
  it.each(endings)(
    'after %s every earlier access token fails on its next request and every refresh fails',
    async (_case, end) => {
      const site = await createSite(create(), { settings: { rateLimits: false } })
      const devices: Device[] = []
      for (const _ of [1, 2, 3]) devices.push(await useDevice(site, demo.email))
      const stranger = await useDevice(site, other.email)
      const [first] = devices
      if (!first) throw new Error('there is no device')
      for (const token of devices.flatMap(({ accessTokens }) => accessTokens)) {
        expect(await meets(first.visitor, token)).toBe(200)
      }
      await end(site, first)
      for (const token of devices.flatMap(({ accessTokens }) => accessTokens)) {
        const answer = await site.visitor().call('GET', '/api/me', token)
        expect(answer).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
        expect(answer.headers.get('www-authenticate')).toContain('error_description="revoked"')
        expect((await site.visitor().call('GET', '/auth/sessions', token)).status).toBe(401)
        expect((await site.visitor().post('/auth/logout-all', {}, token)).status).toBe(401)
      }
      for (const held of devices.flatMap(({ cookies }) => cookies)) {
        const answer = await held.refresh()
        expect(answer).toMatchObject({ status: 401, body: { code: 'session_revoked' }, cookies: [] })
      }
      for (const token of stranger.accessTokens) expect(await meets(stranger.visitor, token)).toBe(200)
      expect((await stranger.visitor.refresh()).status).toBe(200)
    },
  )

  it.each(endings)(
    'after %s nothing comes back to life with time or with another sign-out',
    async (_case, end) => {
      const site = await createSite(create())
      const device = await useDevice(site, demo.email)
      const stranger = site.visitor()
      const { access_token: theirs } = await stranger.login(other.email)
      await end(site, device)
      await stranger.post('/auth/logout-all', {}, theirs)
      site.clock.advance(minute)
      expect(await device.visitor.copy().refresh()).toMatchObject({ status: 401, cookies: [] })
      expect(await meets(device.visitor, newest(device))).toBe(401)
    },
  )
})
