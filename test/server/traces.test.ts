import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import { createBackend, day, minute, stores } from './backend.ts'
import { login, start } from './server.ts'

describe.each(stores)('what a refresh leaves behind, with the $kind store', ({ create }) => {
  it('names a token in the audit log by the start of its hash, with its session and user', async () => {
    const { browser, clock, store } = await createBackend(create())
    const page = browser()
    const { session } = await page.login()
    const detail = (await hashToken(page.held())).slice(0, 8)
    clock.advance(minute)
    await page.refresh()
    const entries = await store.read((records) => records.listAuditEntries())
    const whose = { userId: session.sub, sessionId: session.id }
    expect(entries).toMatchObject([
      { ...whose, event: 'login_succeeded', at: clock.now - minute, detail: null },
      { ...whose, event: 'refresh_rotated', at: clock.now, detail },
    ])
  })
})

it('a server that starts deletes the sessions that ended more than a day ago', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const database = join(directory, 'demo.sqlite')
  let now = Date.now()
  const find = async (id: string) => {
    const server = await start({ database, clock: () => now })
    const found = await server.store.read((records) => records.findSession(id))
    await server.close()
    return found
  }
  const first = await start({ database, clock: () => now })
  const { id } = (await login(first)).body.session
  await first.close()
  now += 8 * day
  expect(await find(id)).toBeDefined()
  now += 1
  const server = await start({ database, clock: () => now })
  const rest = () => server.store.read((records) => records.findSession(id))
  await expect.poll(rest).toBeUndefined()
})
