import { describe, expect, it, onTestFinished } from 'vitest'
import type { Records } from '../../../demo/server/store/store.ts'
import { createBackend, minute } from '../backend.ts'
import { findRows, grow } from '../chain.ts'
import { expectUnavailable, signIn } from './unavailable.ts'

describe('a Postgres that cannot answer is 503 with Retry-After and never 401, and the session outlives it', () => {
  it('when a row stays locked longer than a client waits', { timeout: 20_000 }, async () => {
    const { backend, outsider, page } = await signIn()
    await outsider.query('BEGIN')
    await outsider.query('SELECT 1 FROM refresh_tokens FOR UPDATE')
    expectUnavailable(await page.refresh())
    await outsider.query('ROLLBACK')
    await grow(backend, page, 2)
  })

  it('when the table of users is locked', { timeout: 20_000 }, async () => {
    const { backend, outsider, page, token } = await signIn()
    await outsider.query('BEGIN')
    await outsider.query('LOCK TABLE users')
    const answers = [page.refresh(), page.get('/api/me', token), page.copy().post('/auth/logout')]
    for (const answer of await Promise.all(answers)) expectUnavailable(answer)
    await outsider.query('ROLLBACK')
    await grow(backend, page, 2)
  })

  it('when its connections are ended while nobody uses them', async () => {
    const { backend, page, token, terminate } = await signIn()
    await terminate()
    for (const answer of [await page.refresh(), await page.get('/api/me', token)]) {
      if (answer.status !== 200) expectUnavailable(answer)
    }
    await grow(backend, page, 2)
  })

  it('when its connection is ended in the middle of a statement', async () => {
    const { backend, outsider, page, terminate, untilBlocked } = await signIn()
    await outsider.query('BEGIN')
    await outsider.query('SELECT 1 FROM refresh_tokens FOR UPDATE')
    const answer = page.refresh()
    await untilBlocked()
    await terminate()
    expectUnavailable(await answer)
    await outsider.query('ROLLBACK')
    await grow(backend, page, 2)
  })

  it('when its connection is ended between two statements', async () => {
    const { backend, page, terminate } = await signIn()
    const { store } = backend
    const faults: unknown[] = []
    const note = (error: unknown) => faults.push(error)
    process.prependListener('uncaughtException', note)
    onTestFinished(() => void process.off('uncaughtException', note))
    const interrupted = await createBackend({
      ...store,
      write: (work) =>
        store.write((records) => {
          const findToken: Records['findToken'] = async (hash) => {
            const found = await records.findToken(hash)
            await terminate()
            return found
          }
          return work({ ...records, findToken })
        }),
    })
    const other = interrupted.browser()
    for (const [name, value] of page.jar) other.jar.set(name, value)
    expectUnavailable(await other.refresh())
    expect(faults).toEqual([])
    await grow(backend, page, 2)
  })

  it('when its connection is ended by the COMMIT: nothing was spent', async () => {
    const { backend, outsider, page } = await signIn()
    await outsider.query(`
      CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER leaving AFTER UPDATE ON refresh_tokens
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leave()`)
    const held = page.held()
    expectUnavailable(await page.refresh())
    await outsider.query('DROP TRIGGER leaving ON refresh_tokens')
    expect(await findRows(backend.store, [held])).toMatchObject([{ usedAt: null, presentedAt: null }])
    await grow(backend, page, 2)
  })

  it.each([
    ['soon', 1, 'refresh_replayed'],
    ['later', minute, 'refresh_sibling'],
  ])('when the answer to its COMMIT is lost: who asks again %s gets what was committed', async (...given) => {
    const [, wait, event] = given
    const { backend, page, proxy } = await signIn()
    const held = page.held()
    proxy.cutAfterCommit()
    expectUnavailable(await page.refresh())
    expect(await findRows(backend.store, [held])).toMatchObject([{ usedAt: backend.clock.now }])
    backend.clock.advance(wait)
    expect((await page.refresh()).status).toBe(200)
    expect((await backend.events()).at(-1)).toBe(event)
    await grow(backend, page, 2)
  })

  it('when it is not there at all', { timeout: 20_000 }, async () => {
    const { page, proxy, token } = await signIn()
    await proxy.close()
    expectUnavailable(await page.refresh())
    expectUnavailable(await page.get('/api/me', token))
    expectUnavailable(await page.post('/auth/logout'))
    expectUnavailable(
      await page.post('/auth/login', { email: 'demo@example.com', password: 'correct horse' }),
    )
    expect(page.held()).not.toBe('')
  })

  it('when it falls silent in the middle of a connection', { timeout: 20_000 }, async () => {
    const { page, proxy, token } = await signIn()
    proxy.freeze()
    const answers = await Promise.all([page.refresh(), page.get('/api/me', token)])
    for (const answer of answers) expectUnavailable(answer)
  })

  it('when every connection is in use', { timeout: 20_000 }, async () => {
    const { backend, outsider, page } = await signIn()
    await outsider.query('BEGIN')
    await outsider.query('SELECT 1 FROM refresh_tokens FOR UPDATE')
    const answers = await Promise.all(Array.from({ length: 25 }, () => page.copy().refresh()))
    for (const answer of answers) expectUnavailable(answer)
    await outsider.query('ROLLBACK')
    await grow(backend, page, 2)
  })
})
