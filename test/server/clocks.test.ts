import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { createDatabase, minute, type TokenAnswer } from './backend.ts'
import { login, me, post, readCookie } from './server.ts'
import { type SkewedServer, spawnSkewed } from './skewed-server.ts'

async function openDatabase(): Promise<{ url: string; client: pg.Client }> {
  const url = await createDatabase()
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  return { url, client }
}

/** As if a minute had passed since anything happened to any token. */
async function age(client: pg.Client): Promise<void> {
  await client.query(`UPDATE refresh_tokens SET created_at = created_at - ${minute},
    presented_at = presented_at - ${minute}, used_at = used_at - ${minute},
    handed_out_at = handed_out_at - ${minute}`)
}

it('instances on Postgres whose clocks are four minutes apart sign nobody out', {
  timeout: 60_000,
}, async () => {
  const { url, client } = await openDatabase()
  const servers = await Promise.all([-2, 2].map((error) => spawnSkewed(url, error * minute)))
  const [slow, fast] = servers as [SkewedServer, SkewedServer]
  // Proof that the clocks are wrong.
  expect(fast.clock - slow.clock).toBeGreaterThan(3 * minute)

  const pages = await Promise.all([slow, fast, slow].map((server) => login(server)))
  const accessTokens = pages.map(({ body }) => body.access_token)
  for (let round = 0; round < 4; round++) {
    await age(client)
    for (const page of pages) {
      const before = page.cookie
      const calls = Array.from({ length: 8 }, (_, index) =>
        post(servers[(index + round) % 2] as SkewedServer, '/auth/refresh', before),
      )
      const answers = await Promise.all(calls)
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
      expect(new Set(answers.map(readCookie)).size).toBe(1)
      page.cookie = readCookie(answers[0] as Response)
      expect(page.cookie).not.toBe(before)
      const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<TokenAnswer>))
      accessTokens.push(...bodies.map((body) => body.access_token))
    }
  }
  for (const token of accessTokens) {
    for (const server of servers) expect((await me(server, token)).status).toBe(200)
  }
  const events = await client.query(
    'SELECT event, COUNT(*)::int AS count FROM audit_log GROUP BY event ORDER BY event',
  )
  expect(events.rows).toEqual([
    { event: 'login_succeeded', count: 3 },
    { event: 'refresh_replayed', count: 4 * 3 * 7 },
    { event: 'refresh_rotated', count: 4 * 3 },
  ])
  const revoked = await client.query('SELECT 1 FROM sessions WHERE revoked_at IS NOT NULL')
  expect(revoked.rowCount).toBe(0)
})

it('instances on Postgres whose clocks differ take over from each other what got lost', {
  timeout: 60_000,
}, async () => {
  const { url, client } = await openDatabase()
  const servers = await Promise.all([-2, 2].map((error) => spawnSkewed(url, error * minute)))
  const [slow, fast] = servers as [SkewedServer, SkewedServer]
  for (const [one, other] of [
    [slow, fast],
    [fast, slow],
  ] as const) {
    const { cookie } = await login(one)
    // Young here is young there.
    expect((await post(other, '/auth/refresh', cookie)).headers.getSetCookie()).toEqual([])
    await age(client)
    const lost = readCookie(await post(one, '/auth/refresh', cookie))
    expect(readCookie(await post(other, '/auth/refresh', cookie))).toBe(lost)
    await age(client)
    const sibling = readCookie(await post(other, '/auth/refresh', cookie))
    expect(sibling).not.toBe(lost)
    await age(client)
    const next = await post(one, '/auth/refresh', sibling)
    expect(next.status).toBe(200)
    const { access_token: token } = (await next.json()) as TokenAnswer
    expect((await me(other, token)).status).toBe(200)
    expect(await (await post(other, '/auth/refresh', lost)).json()).toMatchObject({ code: 'refresh_reused' })
    expect((await post(one, '/auth/refresh', readCookie(next))).status).toBe(401)
  }
})

it('instances on Postgres write the time of the database, not their own', { timeout: 60_000 }, async () => {
  const { url, client } = await openDatabase()
  const servers = await Promise.all([-2, 2].map((error) => spawnSkewed(url, error * minute)))
  for (const server of servers) await login(server)
  const { rows } = await client.query<{ error: number }>(`
    SELECT ABS(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 - at)::float8 AS error FROM (
      SELECT created_at AS at FROM sessions UNION ALL SELECT created_at FROM refresh_tokens
      UNION ALL SELECT created_at FROM users UNION ALL SELECT at FROM audit_log
      UNION ALL SELECT created_at FROM signing_keys) AS times`)
  expect(rows.length).toBeGreaterThan(7)
  for (const { error } of rows) expect(error).toBeLessThan(minute)
})
