import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('nothing holds a session that was disposed of, or an instance that its app has dropped', async () => {
  // In a process of its own: in this one the tests themselves remember what they have made.
  const script = new URL('./drop-clients.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script])
  const { sessions, instances, status } = JSON.parse(stdout) as Record<string, unknown>
  expect(status).toBe('authenticated')
  // The last one of each may still be in a register.
  expect(sessions).toBeLessThanOrEqual(1)
  expect(instances).toBeLessThanOrEqual(1)
})
