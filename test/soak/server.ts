// The reference backend in a process of its own, whose heap and connections can be counted. Its parent tells it what to do.
import { startServer } from '../../demo/server/node.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { collectGarbage } from './remains.ts'

export interface ServerOrder {
  readonly what: 'count' | 'close'
}

export interface ServerCount {
  readonly heap: number
  readonly connections: number
}

const [database = ':memory:', staticRoot = '', lifetime = '20000'] = process.argv.slice(2)
const gracePeriod = 2000
const server = await startServer({
  database,
  staticRoot,
  accessTokenLifetime: Number(lifetime),
  gracePeriod,
  rateLimits: false,
  // What is measured is not the hashing of passwords.
  passwords: createPbkdf2Hasher({ iterations: 1000 }),
})

/** As its housekeeping does after days; so rows of what is over are not taken for growth. */
async function sweep(): Promise<void> {
  const now = Date.now()
  const moments = { spentBefore: now - 2 * gracePeriod, endedBefore: now, auditedBefore: now }
  while (await server.store.write((records) => records.sweep(moments)));
}

async function count(): Promise<ServerCount> {
  await sweep()
  await collectGarbage()
  const connections = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  return { heap: process.memoryUsage().heapUsed, connections }
}

process.on('message', async ({ what }: ServerOrder) => {
  if (what === 'count') process.send?.(await count())
  else {
    await server.close()
    process.disconnect()
  }
})
process.send?.(server.url)
