import { createRequire } from 'node:module'
import { type ClientOptions, createClient } from 'graphql-ws'
import { useServer as serve } from 'graphql-ws/use/ws'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { json } from '../helpers/fake-server.ts'
import { caught } from './arrange.ts'
import { type Listening, listening } from './sockets.ts'

// graphql-ws takes the CommonJS form of graphql, and graphql refuses to be there in two.
const { buildSchema }: typeof import('graphql') = createRequire(import.meta.url)('graphql')
const schema = buildSchema('type Query { greeting: String } type Subscription { greeting: String }')
const query = 'subscription { greeting }'

/** Says hello, and then nothing more for as long as somebody listens. */
function greeting(): AsyncIterableIterator<{ greeting: string }> {
  let isSaid = false
  return {
    [Symbol.asyncIterator]: greeting,
    next() {
      if (isSaid) return new Promise(() => {})
      isSaid = true
      return Promise.resolve({ done: false, value: { greeting: 'hello' } })
    },
    return: async () => ({ done: true, value: undefined }),
  }
}

function connect({ session, clock, http, host, accepts }: Listening, options: Partial<ClientOptions> = {}) {
  const sockets = new WebSocketServer({ server: http })
  const roots = { subscription: { greeting } }
  serve({ schema, roots, onConnect: ({ connectionParams }) => accepts(connectionParams?.token) }, sockets)
  const client = createClient({
    url: `ws://${host}`,
    connectionParams: async () => ({ token: await session.getAccessToken({ minTtl: 30_000 }) }),
    retryWait: async () => {},
    // What the session does with a socket's wish for a token takes the session's time.
    on: { opened: () => void clock.advance(20_000) },
    ...options,
  })
  const cut = () => {
    for (const socket of sockets.clients) socket.close(1012, 'Service restart')
  }
  onTestFinished(async () => {
    await client.dispose()
    for (const socket of sockets.clients) socket.terminate()
  })
  return { client, cut }
}

const hello = { done: false, value: { data: { greeting: 'hello' } } }

describe('graphql-ws', () => {
  it('connects twenty subscriptions with one new token when the old one has expired', async () => {
    const world = await listening()
    await world.clock.advance(world.server.lifetime)
    const { client } = connect(world)
    const heard = Array.from({ length: 20 }, () => client.iterate({ query }).next())
    expect(await Promise.all(heard)).toEqual(Array(20).fill(hello))
    expect(world.tokens).toEqual([await world.session.getAccessToken()])
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('does not connect with a token that is about to expire', async () => {
    const world = await listening()
    await world.clock.advance(world.server.lifetime - 20_000)
    const old = await world.session.getAccessToken()
    const { client } = connect(world)
    expect(await client.iterate({ query }).next()).toEqual(hello)
    expect(world.tokens).not.toContain(old)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('comes back with a new token after a connection that outlived the old one', async () => {
    const world = await listening()
    const { client, cut } = connect(world)
    const subscription = client.iterate({ query })
    expect(await subscription.next()).toEqual(hello)
    expect(world.server.refreshes).toHaveLength(0)
    await world.clock.advance(world.server.lifetime)
    cut()
    expect(await subscription.next()).toEqual(hello)
    expect(new Set(world.tokens).size).toBe(2)
    expect(world.tokens).toHaveLength(2)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('is refused by the server, after one refresh, when the session is over', async () => {
    const world = await listening()
    await world.clock.advance(world.server.lifetime)
    world.server.cookie = undefined
    const { client } = connect(world, { retryAttempts: 3 })
    expect(await caught(client.iterate({ query }).next())).toMatchObject({ code: 4403, reason: 'Forbidden' })
    expect(world.tokens).toEqual(Array(4).fill(null))
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('hands on our error while no token can be had, and connects when one can', async () => {
    const world = await listening()
    await world.clock.advance(world.server.lifetime)
    world.server.onRefresh = () => json({}, { status: 503 })
    const { client } = connect(world)
    const closed = new Promise((resolve) => client.on('closed', resolve))
    const failure = await caught(client.iterate({ query }).next())
    expect(failure).toMatchObject({ name: 'RefreshUnavailableError' })
    expect(world.tokens).toEqual([])
    await closed
    world.server.onRefresh = undefined
    expect(await client.iterate({ query }).next()).toEqual(hello)
  })
})
