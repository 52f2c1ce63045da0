import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'

// Stands in for a browser: a process that stays until it is killed, and whose end shows as a closed connection.
const staying = "require('node:net').connect(process.argv[1], '127.0.0.1')"

const starting = `
  import { startProcess } from ${JSON.stringify(new URL('./engines/started-processes.ts', import.meta.url))}
  startProcess(process.execPath, ['-e', ${JSON.stringify(staying)}, process.argv[1]], { stdio: 'ignore' })
  setInterval(() => {}, 1000)
`

// On Windows nothing watches over a process that is killed there.
const signals: NodeJS.Signals[] = process.platform === 'win32' ? [] : ['SIGKILL', 'SIGTERM', 'SIGINT']

it.each(signals)('leaves no browser behind when the test process ends by %s', async (signal) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const starter = spawn(process.execPath, ['--input-type=module', '-e', starting, String(port)])
  try {
    const [connection] = (await once(server, 'connection')) as [Socket]
    connection.on('error', () => {})
    starter.kill(signal)
    // Resolves only when the process behind the connection is gone; otherwise the test runs out of time.
    const [hadError] = await once(connection.resume(), 'close')
    expect(hadError).toBeTypeOf('boolean')
  } finally {
    starter.kill('SIGKILL')
    server.close()
  }
})
