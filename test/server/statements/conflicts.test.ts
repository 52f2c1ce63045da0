import { describe, expect, it } from 'vitest'
import { createBackend, minute } from '../backend.ts'
import { grow } from '../chain.ts'
import { openSharedFile } from '../shared-file.ts'
import { expectUnavailable, signIn } from './unavailable.ts'

describe('two transactions of which Postgres gives up one', () => {
  // A sequence counts on when its transaction is undone.
  const failing = (times: number, code: string) => `
    CREATE SEQUENCE attempts;
    CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('attempts') <= ${times} THEN RAISE EXCEPTION 'not now' USING ERRCODE = '${code}'; END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER giving_up BEFORE INSERT ON refresh_tokens FOR EACH ROW EXECUTE FUNCTION give_up()`

  it.each([
    ['serialization failures', '40001'],
    ['deadlocks', '40P01'],
  ])('nobody notices two %s in a row', async (_case, code) => {
    const { backend, outsider, page } = await signIn()
    await outsider.query(failing(2, code))
    expect(await page.refresh()).toMatchObject({ status: 200, cookies: [{}, {}] })
    const { rows } = await outsider.query('SELECT last_value FROM attempts')
    expect(rows).toEqual([{ last_value: '3' }])
    expect((await backend.events()).filter((event) => event === 'refresh_rotated')).toHaveLength(2)
    await grow(backend, page, 2)
  })

  it.each([
    ['serialization failures', '40001'],
    ['deadlocks', '40P01'],
  ])('when the %s do not end it is 503 with Retry-After and never 401', async (_case, code) => {
    const { backend, outsider, page } = await signIn()
    await outsider.query(failing(3, code))
    expectUnavailable(await page.refresh())
    await grow(backend, page, 2)
  })

  it.each([
    ['out of memory', '53200'],
    ['out of disk', '53100'],
    ['out of connections', '53300'],
    ['shutting down', '57P01'],
    ['starting up', '57P03'],
    ['failing to read', '58030'],
    ['a stand-by that takes no writes', '25006'],
    ['broken in itself', 'XX000'],
  ])('a Postgres that is %s says nothing about the session', async (_case, code) => {
    const { backend, outsider, page } = await signIn()
    await outsider.query(failing(1, code))
    const answer = await page.refresh()
    expect([500, 503]).toContain(answer.status)
    expect(answer.cookies).toEqual([])
    if (code !== 'XX000') expectUnavailable(answer)
    await grow(backend, page, 2)
  })

  it('a real deadlock is begun again', { timeout: 20_000 }, async () => {
    const { backend, outsider, page, untilBlocked } = await signIn()
    await outsider.query('BEGIN')
    await outsider.query('SELECT 1 FROM refresh_tokens WHERE gen = 0 FOR UPDATE')
    // Spends the token, then waits for its parent, which the other one has.
    const answer = page.refresh()
    await untilBlocked()
    // Gets through only because the refresh was given up: it waits for longer.
    await outsider.query('SELECT 1 FROM refresh_tokens WHERE gen = 1 FOR UPDATE')
    await outsider.query('COMMIT')
    expect(await answer).toMatchObject({ status: 200, cookies: [{}, {}] })
    await grow(backend, page, 2)
  })
})

it('a SQLite file that another process keeps locked is 503 with Retry-After and never 401', {
  timeout: 20_000,
}, async () => {
  const { store, other } = await openSharedFile()
  const backend = await createBackend(store)
  const page = backend.browser()
  const { access_token: token } = await page.login()
  backend.clock.advance(minute)
  other.exec('BEGIN IMMEDIATE')
  expectUnavailable(await page.refresh())
  // Who only reads waits for nobody.
  expect((await page.get('/api/me', token)).status).toBe(200)
  other.exec('ROLLBACK')
  await grow(backend, page, 2)
})
