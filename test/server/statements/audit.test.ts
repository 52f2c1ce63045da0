import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../../demo/server/ambient.ts'
import { enableUser } from '../../../demo/server/session/accounts.ts'
import type { AuditEntry, AuditEvent } from '../../../demo/server/store/rows.ts'
import { createSite, demo, type Site, type Visitor } from '../app-with.ts'
import { type Answer, minute, stores } from '../backend.ts'
import { disable } from './instances.ts'

/** Every event there is, and whether somebody's request caused it. */
const events: Record<AuditEvent, boolean> = {
  sign_up: true,
  login_succeeded: true,
  login_failed: true,
  refresh_kept: true,
  refresh_rotated: true,
  refresh_replayed: true,
  refresh_sibling: true,
  refresh_reused: true,
  logout: true,
  logout_all: true,
  session_ended: true,
  password_changed: true,
  password_reset_requested: true,
  password_reset: true,
  user_disabled: false,
  user_enabled: false,
  rate_limited: true,
  key_rotated: false,
}

const ip = '192.0.2.1'
const userAgent = 'Browser/1.0 (a test)'
const passwords = [demo.password, 'a new horse', 'another horse', 'a third horse', 'a guess']

/** Does all that a user can do, noting every secret that is shown on the way. */
async function doEverything(site: Site, secrets: Set<string>): Promise<void> {
  const { clock, visitor, nextMail, store, keys } = site
  const act = async (page: Visitor, path: string, body: unknown = {}, token?: string, method = 'POST') => {
    const headers = {
      'content-type': 'application/json',
      'x-silent-refresh': '1',
      'sec-fetch-site': 'same-origin',
      'user-agent': userAgent,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    const sent = method === 'POST' ? JSON.stringify(body) : undefined
    const answer = await page.send(method, `/auth/${path}`, headers, sent)
    note(answer)
    return answer
  }
  const note = ({ cookies, body }: Answer) => {
    for (const { name, value } of cookies) if (name.endsWith('sr_rt')) secrets.add(value)
    if (body.access_token) secrets.add(body.access_token).add(body.access_token.split('.')[2] ?? '')
  }
  const rotate = async (page: Visitor) => {
    clock.advance(minute)
    return act(page, 'refresh')
  }

  const page = visitor(ip)
  await act(page, 'sign-up', { email: 'new@example.com', password: passwords[1] })
  await act(page, 'login', { email: demo.email, password: passwords[4] })
  const { body: first } = await act(page, 'login', demo)
  await act(page, 'refresh')
  const late = page.copy()
  await rotate(page)
  await act(late.copy(), 'refresh')
  clock.advance(minute)
  await act(late, 'refresh')
  await act(page, 'refresh')
  const device = visitor(ip)
  const { body: second } = await act(device, 'login', demo)
  await act(device, `sessions/${second.session.id}`, {}, second.access_token, 'DELETE')
  const { body: third } = await act(device, 'login', demo)
  const change = { current_password: demo.password, new_password: passwords[2] }
  const { body: changed } = await act(device, 'password/change', change, third.access_token)
  await act(device, 'logout-all', {}, changed.access_token)
  const coming = nextMail()
  await act(device, 'password/reset-request', { email: demo.email })
  const { token } = await coming
  secrets.add(token)
  await act(device, 'password/reset', { token, password: passwords[3] })
  await act(device, 'login', { email: demo.email, password: passwords[3] })
  await act(device, 'logout')
  for (let time = 0; time < 6; time++) {
    await act(device, 'login', { email: 'nobody@example.com', password: passwords[4] })
  }
  await disable(site)
  await enableUser(demo.email, { store, clock: () => clock.now, random: systemRandom })
  await keys.rotate()
  secrets.add(first.access_token)
}

describe.each(stores)('the audit log with the $kind store', ({ create }) => {
  it('has every security event, with the address and the browser of who caused it', async () => {
    const site = await createSite(create())
    await doEverything(site, new Set())
    const entries = await site.entries()
    expect(new Set(entries.map(({ event }) => event))).toEqual(new Set(Object.keys(events)))
    for (const entry of entries) {
      const client = events[entry.event] ? { ip, userAgent } : { ip: null, userAgent: null }
      expect(entry).toMatchObject(client)
    }
    const times = entries.map(({ at }) => at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  })

  it('names the user of every event that has one, and the session where there is one', async () => {
    const site = await createSite(create())
    await doEverything(site, new Set())
    const nobody: AuditEvent[] = ['rate_limited', 'key_rotated', 'login_failed']
    const noSession: AuditEvent[] = [
      'user_disabled',
      'user_enabled',
      'password_reset',
      'password_reset_requested',
    ]
    for (const { event, userId, sessionId } of await site.entries()) {
      if (!nobody.includes(event))
        expect([event, userId]).toEqual([event, expect.stringMatching(/^[\w-]{22}$/)])
      if ([...nobody, ...noSession].includes(event)) expect([event, sessionId]).toEqual([event, null])
      else expect([event, sessionId]).toEqual([event, expect.stringMatching(/^[\w-]{22}$/)])
    }
  })

  it('has no secret, nor more of one than the start of its hash', async () => {
    const site = await createSite(create())
    const secrets = new Set(passwords)
    await doEverything(site, secrets)
    secrets.delete('')
    expect(secrets.size).toBeGreaterThan(20)
    const user = await site.store.read((records) => records.findUserByEmail(demo.email))
    const entries = await site.entries()
    const text = JSON.stringify(entries)
    for (const secret of [...secrets, user?.passwordHash ?? 'none']) expect(text).not.toContain(secret)
    const limited = entries.filter(({ event }) => event === 'rate_limited')
    for (const entry of limited) expect(entry.detail).toMatch(/^[a-z-]+$/)
    for (const entry of withoutLimits(entries)) expect(entry.detail ?? '').toMatch(/^([\w-]{8})?$/)
  })

  it('knows of a session that refreshes too often', async () => {
    const site = await createSite(create())
    const page = site.visitor(ip)
    await page.login()
    for (let time = 0; time < 60; time++) await page.refresh()
    expect((await page.refresh()).status).toBe(429)
    expect((await site.entries()).at(-1)).toMatchObject({ event: 'rate_limited', ip })
  })

  it('knows of a guess at the password of who is signed in', async () => {
    const site = await createSite(create())
    const page = site.visitor(ip)
    const { access_token: token, session } = await page.login()
    const change = { current_password: 'a guess', new_password: 'another horse' }
    expect((await page.post('/auth/password/change', change, token)).status).toBe(403)
    const [, entry] = await site.entries()
    expect(entry).toMatchObject({ ip, userId: session.sub })
  })
})

function withoutLimits(entries: AuditEntry[]): AuditEntry[] {
  return entries.filter(({ event }) => event !== 'rate_limited')
}
