import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { systemClock, systemRandom } from '../../demo/server/ambient.ts'
import { disableUser } from '../../demo/server/session/accounts.ts'
import { loadKeys } from '../../demo/server/session/keys.ts'
import { type RunningPostgres, startPostgres } from '../server/postgres.ts'
import { spawnSkewed } from '../server/skewed-server.ts'
import { openPage, startBackend } from './backend-page.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import { type BuiltPage, buildPage, servePage } from './page-host.ts'

const minute = 60_000
let page: BuiltPage
let postgres: RunningPostgres

beforeAll(async () => {
  ;[page, postgres] = await Promise.all([
    buildPage(new URL('./pages/session.ts', import.meta.url)),
    startPostgres(),
  ])
})

afterAll(() => Promise.all([page?.cleanUp(), postgres?.stop()]))

const fire = (tab: Tab) => tab.evaluate(() => app.fire(4))
const standing = (tab: Tab) =>
  tab.evaluate(() => {
    const { status, reason } = app.session.getSnapshot()
    return { status, reason }
  })
const ended = { status: 'unauthenticated', reason: 'expired' }
const good = [200, 200, 200, 200]
const refused = [401, 401, 401, 401]

async function openDevice(browser: TestBrowser, url: string): Promise<Tab> {
  const tab = await openPage(browser, url)
  await tab.evaluate(async () => {
    await app.signIn('alice')
  })
  return tab
}

async function openTwoDevices(browser: TestBrowser) {
  const server = await startBackend(page)
  const [mine, other] = [await openDevice(browser, server.url), await openDevice(browser, server.url)]
  return { server, mine, other }
}

/** Passes every call on to the next of these servers, as a load balancer does. */
async function balance(targets: readonly string[]): Promise<string> {
  let turn = 0
  const pass = (incoming: IncomingMessage, response: ServerResponse): boolean => {
    if (!/^\/(auth|api)\//.test(incoming.url ?? '')) return false
    turn += 1
    const { method, headers, url = '' } = incoming
    const target = new URL(url, targets[turn % targets.length])
    const outgoing = send(target, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    incoming.pipe(outgoing)
    return true
  }
  const front = await servePage(page.directory, pass)
  onTestFinished(() => front.close())
  return front.origin
}

describeEngines('the reference backend and a page that uses it', (browser) => {
  it('signs a new user up, and the page is signed in', async () => {
    const server = await startBackend(page)
    const tab = await openPage(browser, server.url)
    const seen = await tab.evaluate(async () => {
      await app.session.signIn(() =>
        app.apiFetch('/auth/sign-up', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
          body: JSON.stringify({ email: 'new@example.com', password: 'battery staple' }),
        }),
      )
      return (await app.apiFetch('/api/me')).json()
    })
    expect(seen).toMatchObject({ email: 'new@example.com' })
    await tab.goto(server.url)
    await tab.waitFor(() => app.session.getSnapshot().status === 'authenticated')
    expect(await fire(tab)).toEqual(good)
  })

  it('changes the password: this device goes on, every other one is out at its next call', async () => {
    const { mine, other } = await openTwoDevices(browser)
    await mine.evaluate(async () => {
      const body = JSON.stringify({ current_password: 'correct horse', new_password: 'battery staple' })
      const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }
      await app.session.signIn(() => app.apiFetch('/auth/password/change', { method: 'POST', headers, body }))
    })
    expect(await fire(mine)).toEqual(good)
    expect(await fire(other)).toEqual(refused)
    expect(await standing(other)).toEqual(ended)
    expect(await standing(mine)).toMatchObject({ status: 'authenticated' })
  })

  it('signs out everywhere: every device is out at its next call, and none comes back', async () => {
    const { mine, other } = await openTwoDevices(browser)
    const status = await mine.evaluate(async () => {
      const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }
      return (await app.apiFetch('/auth/logout-all', { method: 'POST', headers, body: '{}' })).status
    })
    expect(status).toBe(204)
    for (const tab of [mine, other]) {
      expect(await fire(tab)).toEqual(refused)
      expect(await standing(tab)).toEqual(ended)
    }
  })

  it('ends one device from the list of the other', async () => {
    const { mine, other } = await openTwoDevices(browser)
    const statuses = await mine.evaluate(async () => {
      const { sessions } = (await (await app.apiFetch('/auth/sessions')).json()) as {
        sessions: { id: string; current: boolean }[]
      }
      const strangers = sessions.filter(({ current }) => !current)
      const end = ({ id }: { id: string }) => app.apiFetch(`/auth/sessions/${id}`, { method: 'DELETE' })
      return (await Promise.all(strangers.map(end))).map((answer) => answer.status)
    })
    expect(statuses).toEqual([204])
    expect(await fire(other)).toEqual(refused)
    expect(await standing(other)).toEqual(ended)
    expect(await fire(mine)).toEqual(good)
  })

  it('puts a disabled user out at the next call', async () => {
    const server = await startBackend(page)
    const tab = await openDevice(browser, server.url)
    expect(await fire(tab)).toEqual(good)
    const ports = { store: server.store, clock: systemClock, random: systemRandom }
    await disableUser('demo@example.com', ports)
    expect(await fire(tab)).toEqual(refused)
    expect(await standing(tab)).toEqual(ended)
  })

  it('rotates its signing keys, and nobody notices', async () => {
    const server = await startBackend(page)
    const tab = await openDevice(browser, server.url)
    // Another instance does, so that this one has to learn of it.
    const keys = await loadKeys(server.store)
    for (const _ of [1, 2]) {
      await keys.rotate()
      await tab.evaluate(async () => {
        await app.session.refresh()
      })
      expect(await fire(tab)).toEqual(good)
    }
    expect(await standing(tab)).toMatchObject({ status: 'authenticated' })
  })

  it('is replaced by a new process in the middle of the traffic, and nobody is signed out', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const database = join(directory, 'demo.sqlite')
    const options = { database, accessTokenLifetime: 2000, gracePeriod: 10_000 }
    const first = await startBackend(page, options)
    const tab = await openDevice(browser, first.url)
    await tab.evaluate(() => {
      const seen = { answered: 0, refused: 0, failed: 0 }
      Object.assign(globalThis, { seen })
      const go = async () => {
        for (;;) {
          const answer = await app.apiFetch('/api/me').catch(() => undefined)
          if (!answer) seen.failed += 1
          else if (answer.ok) seen.answered += 1
          else seen.refused += 1
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
      for (const _ of [1, 2, 3]) void go()
    })
    const { port } = first
    let server = first
    for (const _ of [1, 2]) {
      await tab.waitFor(() => app.events.some((event) => event.type === 'refreshed'))
      await server.close()
      server = await startBackend(page, { ...options, port })
      await tab.evaluate(() => {
        app.events.length = 0
      })
    }
    await tab.waitFor(() => app.events.some((event) => event.type === 'refreshed'))
    const seen = await tab.evaluate(() => (globalThis as unknown as { seen: Record<string, number> }).seen)
    expect(seen.refused).toBe(0)
    expect(seen.answered).toBeGreaterThan(0)
    expect(await fire(tab)).toEqual(good)
    expect(await standing(tab)).toMatchObject({ status: 'authenticated' })
  })

  it('runs on two machines whose clocks are four minutes apart, and nobody meets a 401', async () => {
    const words = ['--token-lifetime', '2s', '--grace', '1s', '--no-rate-limits']
    const [slow, fast] = [
      await spawnSkewed(postgres.url, -2 * minute, ...words),
      await spawnSkewed(postgres.url, 2 * minute, ...words),
    ]
    // Proof that the clocks are wrong.
    expect(fast.clock - slow.clock).toBeGreaterThan(3 * minute)
    const tab = await openDevice(browser, await balance([slow.url, fast.url]))
    const seen = await tab.evaluate(async () => {
      app.events.length = 0
      const statuses = new Set<number>()
      const count = (type: string) => app.events.filter((event) => event.type === type).length
      while (count('refreshed') < 4) for (const status of await app.fire(4)) statuses.add(status)
      return { statuses: [...statuses], ended: count('ended') }
    })
    expect(seen).toEqual({ statuses: [200], ended: 0 })
  })
})
