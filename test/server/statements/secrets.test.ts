import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hashToken, openSuccessor } from '../../../demo/server/session/refresh-tokens.ts'
import { createMemoryStore } from '../../../demo/server/store/memory-store.ts'
import { createPostgresStore } from '../../../demo/server/store/postgres-store.ts'
import { createSqliteStore } from '../../../demo/server/store/sqlite-store.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import { createSite, demo, type Site } from '../app-with.ts'
import { type Answer, createDatabase, minute } from '../backend.ts'
import { findRows } from '../chain.ts'
import { requestReset } from './instances.ts'

interface Dumped {
  store: Store
  dump(): Promise<string>
}

const databases = [
  {
    kind: 'memory',
    async open(): Promise<Dumped> {
      let shelf: string | null = null
      const save = (text: string) => {
        shelf = text
      }
      return { store: createMemoryStore({ load: () => shelf, save }), dump: async () => shelf ?? '' }
    },
  },
  {
    kind: 'sqlite',
    async open(): Promise<Dumped> {
      const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
      const store = createSqliteStore(join(directory, 'demo.sqlite'))
      onTestFinished(async () => {
        await store.close()
        await rm(directory, { recursive: true })
      })
      const readAll = async () => {
        const names = await readdir(directory)
        return Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')))
      }
      return { store, dump: async () => (await readAll()).join() }
    },
  },
  {
    kind: 'postgres',
    async open(): Promise<Dumped> {
      const url = await createDatabase()
      const store = await createPostgresStore(url)
      const client = new pg.Client(url)
      await client.connect()
      onTestFinished(async () => {
        await client.end()
        await store.close()
      })
      return {
        store,
        async dump() {
          const tables = await client.query<{ name: string }>(
            'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
          )
          const rows: string[] = []
          for (const { name } of tables.rows) {
            const found = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
            rows.push(...found.rows.map(({ row }) => row))
          }
          return rows.join('\n')
        },
      }
    },
  },
]

interface Secrets {
  answers: Answer[]
  refreshTokens: Set<string>
  accessTokens: Set<string>
  resetTokens: string[]
  passwords: string[]
}

/** Signs in, up and out, rotates in every way, changes and resets the password. */
async function useEverything(site: Site): Promise<Secrets> {
  const { visitor, clock } = site
  const passwords = [demo.password, 'another horse', 'a third horse', 'a fourth horse']
  const noted: Secrets = {
    answers: [],
    refreshTokens: new Set(),
    accessTokens: new Set(),
    resetTokens: [],
    passwords,
  }
  const note = (answer: Answer) => {
    noted.answers.push(answer)
    for (const { name, value } of answer.cookies) if (name === '__Host-sr_rt') noted.refreshTokens.add(value)
    noted.accessTokens.add(answer.body.access_token)
    return answer
  }
  const page = visitor()
  note(await page.post('/auth/sign-up', { email: 'new@example.com', password: passwords[3] }))
  note(await page.tryLogin(demo.email, 'a wrong guess'))
  note(await page.tryLogin(demo.email, demo.password))
  const late = page.copy()
  clock.advance(minute)
  note(await page.refresh())
  note(await late.copy().refresh())
  clock.advance(minute)
  note(await late.refresh())
  note(await late.refresh())
  clock.advance(minute)
  const { body } = note(await late.refresh())
  const change = { current_password: demo.password, new_password: passwords[1] }
  note(await late.post('/auth/password/change', change, body.access_token))
  noted.resetTokens.push(await requestReset(site))
  const token = await requestReset(site)
  noted.resetTokens.push(token)
  note(await visitor().post('/auth/password/reset', { token: 'x'.repeat(43), password: passwords[2] }))
  note(await visitor().post('/auth/password/reset', { token, password: passwords[2] }))
  noted.resetTokens.push(await requestReset(site))
  note(await page.tryLogin(demo.email, passwords[2] ?? ''))
  const thief = page.copy()
  for (const _ of [1, 2]) {
    clock.advance(minute)
    note(await page.refresh())
  }
  note(await thief.refresh())
  note(await page.post('/auth/logout'))
  noted.refreshTokens.delete('')
  noted.accessTokens.delete(undefined as never)
  return noted
}

describe.each(databases)('with the $kind store', ({ open }) => {
  it('no refresh token, access token, reset token or password is in a dump of the database', async () => {
    const { store, dump } = await open()
    const site = await createSite(store)
    const { refreshTokens, accessTokens, resetTokens, passwords } = await useEverything(site)
    const stored = await dump()
    expect(refreshTokens.size).toBeGreaterThan(7)
    // Proof that the dump has the rows: their hashes are there.
    for (const token of refreshTokens) expect(stored).toContain(await hashToken(token))
    expect(stored).toContain(await hashToken(resetTokens.at(-1) ?? ''))
    const signatures = [...accessTokens].map((token) => token.split('.')[2] ?? '')
    for (const secret of [...refreshTokens, ...accessTokens, ...signatures, ...resetTokens, ...passwords]) {
      expect(secret.length).toBeGreaterThan(8)
      expect(stored).not.toContain(secret)
    }
  })

  it('a sealed successor opens for the token that it was sealed for and for nothing in the database', async () => {
    const { store } = await open()
    const site = await createSite(store)
    const page = site.visitor()
    await page.login()
    const before = page.jar.get('__Host-sr_rt') ?? ''
    site.clock.advance(minute)
    await page.refresh()
    const after = page.jar.get('__Host-sr_rt') ?? ''
    const [parent, child] = await findRows(store, [before, after])
    const sealed = parent?.successorSealed ?? ''
    expect(await openSuccessor(before, sealed)).toBe(after)
    for (const key of [parent?.hash, child?.hash, parent?.sessionId, after, '']) {
      await expect(openSuccessor(key ?? '', sealed)).rejects.toThrow()
    }
  })

  it('every answer of /auth is private, and no token of one is in a body, a header, a log or an error', async () => {
    const { store } = await open()
    const said: unknown[] = []
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      const spy = vi.spyOn(console, method).mockImplementation((...words) => void said.push(...words))
      onTestFinished(() => spy.mockRestore())
    }
    const site = await createSite(store)
    const { answers, refreshTokens, resetTokens } = await useEverything(site)
    for (const path of ['nothing', 'refresh/', 'login', 'sessions']) {
      answers.push(await site.visitor().call('GET', `/auth/${path}`))
      answers.push(await site.visitor().call('DELETE', `/auth/${path}`))
    }
    const seen = answers.map(({ body, headers }) => JSON.stringify([body, [...headers]])).join()
    for (const token of [...refreshTokens, ...resetTokens]) expect(seen).not.toContain(token)
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store')
    expect(said).toEqual([])
    expect(site.errors).toEqual([])
  })
})
