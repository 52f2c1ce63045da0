import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../demo/server/ambient.ts'
import { createArgon2Hasher } from '../../demo/server/host/node-passwords.ts'
import { createRefreshToken } from '../../demo/server/session/refresh-tokens.ts'
import { createAxios } from '../../src/clients/axios.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { foreignUrls } from '../helpers/urls.ts'
import { createWorld } from '../helpers/world.ts'
import { createSite, demo } from '../server/app-with.ts'
import { stores } from '../server/backend.ts'

const root = join(import.meta.dirname, '../..')

describe('the library', () => {
  it('never navigates, opens a window or changes the document', async () => {
    const acts =
      /\blocation\s*(?:\.href)?\s*=[^=]|location\.(?:assign|replace|reload)|history\.|window\.open|\.(?:append|prepend|remove|replace)Child|createElement|insertBefore|document\.cookie\s*=[^=]|\.submit\(/
    const found: string[] = []
    let count = 0
    for await (const path of glob('src/**/*.ts', { cwd: root })) {
      const code = (await readFile(join(root, path), 'utf8')).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
      if (acts.test(code)) found.push(path)
      count++
    }
    expect(count).toBeGreaterThan(80)
    expect(found).toEqual([])
  })

  it('sends its anti-forgery header to no origin that is not allowed', async () => {
    const world = createWorld()
    const { session } = await world.openSignedIn({ csrf: { header: 'X-CSRF', value: 'guard' } })
    const send = createFetch(session)
    const api = createAxios(session, { adapter: functionAdapter(world.server), baseURL: 'https://app.test' })
    const urls = foreignUrls.filter(
      (url) => /^(?:https?:)?\/\//i.test(url) && URL.canParse(url, 'https://app.test'),
    )
    expect(urls.length).toBeGreaterThan(20)
    for (const url of ['/own', ...urls]) {
      const calls = [send(url), api.get(url, { validateStatus: null })].map((call) =>
        call.catch(() => undefined),
      )
      await world.clock.advance(50)
      await Promise.all(calls)
    }
    const guarded = world.server.hits.filter(({ headers }) => headers.has('X-CSRF'))
    expect(guarded.map(({ url }) => url.href)).toEqual(Array(2).fill('https://app.test/own'))
    expect(world.server.hits.length).toBeGreaterThan(40)
  })
})

describe('the reference backend', () => {
  it('makes refresh tokens of 256 random bits, none like another', () => {
    const tokens = Array.from({ length: 1000 }, () => createRefreshToken(systemRandom))
    expect(new Set(tokens).size).toBe(1000)
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    // Each bit is set about half of the time: 1000 tosses stray from 500 by 100 once in ten billion times.
    for (let bit = 0; bit < 256; bit++) {
      const set = tokens.filter(
        (token) => (Buffer.from(token, 'base64url')[bit >> 3] ?? 0) & (1 << (bit & 7)),
      )
      expect(Math.abs(set.length - 500)).toBeLessThan(110)
    }
  })

  it('hashes passwords with the cost that is recommended', async () => {
    expect(await createArgon2Hasher().hash('password')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('writes cookies that are far below what browsers store', async () => {
    const site = await createSite(stores[0]!.create())
    const page = site.visitor('192.0.2.1')
    const answers = [
      await page.tryLogin(demo.email, demo.password),
      await page.refresh(),
      await page.post('/auth/logout'),
    ]
    const cookies = answers.flatMap((answer) => answer.cookies)
    expect(cookies.length).toBeGreaterThan(2)
    for (const cookie of cookies) expect(JSON.stringify(cookie).length).toBeLessThan(400)
  })
})
