// Makes sessions and instances, drops them, and prints how many of each are still held by something.
import axios from 'axios'
import { attachAxios, createAxios } from '../../src/clients/axios.ts'
import { createTestBrowser } from '../../src/testing/test-browser.ts'

const collectGarbage = (globalThis as unknown as { gc(): void }).gc
const config = { adapter: 'fetch', baseURL: 'https://app.test' } as const
const browser = createTestBrowser({
  origin: 'https://app.test',
  fetch: () => Response.json({ access_token: crypto.randomUUID(), expires_in: 900 }),
})

/** What is left of them in the course of some collections: finding out that nothing holds an object takes turns of the loop. */
async function heldOf(references: readonly WeakRef<object>[]): Promise<number> {
  let held = references.length
  for (let turn = 0; turn < 50 && held > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    held = references.filter((reference) => reference.deref()).length
  }
  return held
}

async function disposeOfSession(): Promise<WeakRef<object>> {
  const tab = browser.openTab()
  // Whatever holds the session, or a part of it, holds its options.
  const shouldRefresh = ({ status }: { status: number }) => status === 401
  const session = tab.createSession({ refresh: '/auth/refresh', shouldRefresh })
  const instance = axios.create(config)
  const detach = attachAxios(instance, session)
  await browser.until(instance.get('/api/me'))
  detach()
  session.dispose()
  tab.close()
  await browser.settle()
  return new WeakRef(shouldRefresh)
}

const living = browser.openTab().createSession({ refresh: '/auth/refresh' })

async function dropInstance(): Promise<WeakRef<object>> {
  const instance = createAxios(living, config)
  await browser.until(instance.get('/api/me'))
  return new WeakRef(instance)
}

const sessions: WeakRef<object>[] = []
const instances: WeakRef<object>[] = []
for (let time = 0; time < 10; time++) {
  sessions.push(await disposeOfSession())
  instances.push(await dropInstance())
}
const held = { sessions: await heldOf(sessions), instances: await heldOf(instances) }
console.log(JSON.stringify({ ...held, status: living.getSnapshot().status }))
