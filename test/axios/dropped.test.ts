import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import axios from 'axios'
import { expect, it } from 'vitest'
import { attachAxios, createAxios } from '../../src/clients/axios.ts'
import { createTestBrowser } from '../../src/testing/test-browser.ts'
import { createWorld } from '../helpers/world.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is left of those in the course of some collections: finding out that nothing holds an object takes turns of the loop. */
async function survivorsOf(references: readonly WeakRef<object>[]): Promise<number> {
  let left = references.length
  for (let turn = 0; turn < 50 && left > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    left = references.filter((reference) => reference.deref()).length
  }
  return left
}

it('nothing holds a session that was disposed of, although axios has sent requests by its own fetch adapter', async () => {
  const browser = createTestBrowser({
    origin: 'https://app.test',
    fetch: () => Response.json({ access_token: crypto.randomUUID(), expires_in: 900 }),
  })
  const sessions: WeakRef<object>[] = []
  async function live() {
    const tab = browser.openTab()
    const session = tab.createSession({ refresh: '/auth/refresh' })
    const instance = axios.create({ adapter: 'fetch', baseURL: 'https://app.test' })
    const detach = attachAxios(instance, session)
    expect((await browser.until(instance.get('/api/me'))).status).toBe(200)
    detach()
    session.dispose()
    tab.close()
    await browser.settle()
    sessions.push(new WeakRef(session))
  }
  for (let life = 0; life < 5; life++) await live()
  // The last one may still be in a register.
  expect(await survivorsOf(sessions)).toBeLessThanOrEqual(1)
})

it('a session does not hold the instances that its app has dropped', async () => {
  const { openSignedIn, clock } = createWorld()
  const { session } = await openSignedIn()
  const instances: WeakRef<object>[] = []
  async function use() {
    const instance = createAxios(session, { adapter: 'fetch', baseURL: 'https://app.test' })
    const call = instance.get('/api/me')
    await clock.advance(1000)
    await call
    instances.push(new WeakRef(instance))
  }
  for (let time = 0; time < 5; time++) await use()
  expect(await survivorsOf(instances)).toBeLessThanOrEqual(1)
  expect(session.getSnapshot().status).toBe('authenticated')
})
