import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startServer } from '../../demo/server/node.ts'
import { minute } from './backend.ts'
import { eventsOf, login, me, post, readCookie, start } from './server.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
})

afterEach(() => rm(directory, { recursive: true }))

describe('the Node host', () => {
  it('writes the cookies itself', async () => {
    const server = await start()
    const response = await post(server, '/auth/login', '', {
      email: 'demo@example.com',
      password: 'correct horse',
    })
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^sr_rt=[\w-]{43}; Max-Age=604800; Path=\/; SameSite=Strict; HttpOnly$/),
      expect.stringMatching(/^sr_hint=[\w-]{22}\.0\.\d+; Max-Age=604860; Path=\/; SameSite=Strict$/),
    ])
    const answer = await post(server, '/auth/refresh', `theme=dark; ${readCookie(response)}; sr_rt=tossed`)
    expect(answer.status).toBe(200)
  })

  it('keeps sessions and access tokens over a restart on the same file', async () => {
    const database = join(directory, 'demo.sqlite')
    let now = Date.now()
    const options = { database, clock: () => now }
    const first = await start(options)
    const { cookie, body } = await login(first)
    await first.close()
    const second = await start(options)
    expect((await me(second, body.access_token)).status).toBe(200)
    now += minute
    const rotated = await post(second, '/auth/refresh', cookie)
    expect(rotated.status).toBe(200)
    await second.close()
    const third = await start(options)
    now += 1
    const replayed = await post(third, '/auth/refresh', cookie)
    expect(readCookie(replayed)).toBe(readCookie(rotated))
    expect(await eventsOf(third)).toEqual(['login_succeeded', 'refresh_rotated', 'refresh_replayed'])
  })

  it('remembers a theft over a restart', async () => {
    const database = join(directory, 'demo.sqlite')
    const options = { database, strict: true }
    const first = await start(options)
    const { cookie } = await login(first)
    const successor = readCookie(await post(first, '/auth/refresh', cookie))
    expect((await post(first, '/auth/refresh', cookie)).status).toBe(401)
    await first.close()
    const second = await start(options)
    const answer = await post(second, '/auth/refresh', successor)
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []])
    expect(await answer.json()).toMatchObject({ code: 'session_revoked' })
  })

  it('rejects when the port is taken, and leaves nothing open', async () => {
    const { port } = await start()
    await expect(startServer({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('serves a built page, and nothing beside it', async () => {
    const staticRoot = join(directory, 'dist')
    await mkdir(staticRoot)
    await writeFile(join(staticRoot, 'index.html'), '<p>page</p>')
    await writeFile(join(staticRoot, 'main.js'), 'export {}')
    await writeFile(join(directory, 'secret.txt'), 'secret')
    await mkdir(join(directory, 'dist-old'))
    await writeFile(join(directory, 'dist-old', 'old.txt'), 'secret')
    const { url, port } = await start({ staticRoot })
    const page = await fetch(url)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(await page.text()).toBe('<p>page</p>')
    const script = await fetch(`${url}/main.js?v=1`)
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const head = await fetch(`${url}/main.js`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '9'])
    const outside = ['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/..%2fdist-old/old.txt']
    for (const path of [...outside, '/%', '/main.js%00', '/none.js', '/sub/']) {
      expect([path, await rawStatus(port, path)]).toEqual([path, 404])
    }
    expect((await fetch(`${url}/main.js`, { method: 'POST' })).status).toBe(404)
  })

  it('has no control surface unless told to', async () => {
    const { url } = await start()
    expect((await fetch(`${url}/control/log`)).status).toBe(404)
  })
})

/** Sends the path as it is; fetch would have resolved the dots. */
function rawStatus(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}
