import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { json } from '../helpers/fake-server.ts'
import { type Listening, listening } from './sockets.ts'

function serve({ http, accepts }: Listening): Server {
  const server = new Server(http)
  server.use(async ({ handshake }, next) => {
    next((await accepts(handshake.auth.token)) ? undefined : new Error('sign in first'))
  })
  onTestFinished(() => server.close())
  return server
}

function connect({ session, clock, host }: Listening, patience = 100) {
  const socket = io(`ws://${host}`, {
    auth: async (give) => give({ token: await session.getAccessToken({ minTtl: 30_000 }).catch(() => null) }),
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 1,
  })
  // What the session does with a socket's wish for a token takes the session's time.
  socket.io.on('open', () => void clock.advance(patience))
  onTestFinished(() => {
    socket.disconnect()
  })
  return socket
}

type Socket = ReturnType<typeof connect>

const connected = (socket: Socket) => new Promise<void>((resolve) => socket.once('connect', resolve))
const refused = (socket: Socket) => new Promise<Error>((resolve) => socket.once('connect_error', resolve))

describe('socket.io', () => {
  it('connects twenty sockets with one new token when the old one has expired', async () => {
    const world = await listening()
    await world.clock.advance(world.server.lifetime)
    serve(world)
    await Promise.all(Array.from({ length: 20 }, () => connected(connect(world))))
    expect(world.tokens).toEqual(Array(20).fill(await world.session.getAccessToken()))
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('does not connect with a token that is about to expire', async () => {
    const world = await listening()
    await world.clock.advance(world.server.lifetime - 20_000)
    const old = await world.session.getAccessToken()
    serve(world)
    await connected(connect(world))
    expect(world.tokens).not.toContain(old)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('comes back with a new token after a connection that outlived the old one', async () => {
    const world = await listening()
    const server = serve(world)
    const socket = connect(world)
    await connected(socket)
    expect(world.server.refreshes).toHaveLength(0)
    await world.clock.advance(world.server.lifetime)
    const back = connected(socket)
    for (const { conn } of server.sockets.sockets.values()) conn.close()
    await back
    expect(new Set(world.tokens).size).toBe(2)
    expect(world.tokens).toHaveLength(2)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('is refused by the server, after one refresh, when the session is over, and connects after a sign-in', async () => {
    const world = await listening()
    await world.clock.advance(world.server.lifetime)
    world.server.cookie = undefined
    serve(world)
    const socket = connect(world)
    expect(await refused(socket)).toMatchObject({ message: 'sign in first' })
    expect(world.tokens).toEqual([null])
    expect(socket.active).toBe(false)
    expect(world.server.refreshes).toHaveLength(1)
    await world.session.signIn(world.server.issue('bob'))
    const back = connected(socket)
    socket.connect()
    await back
    expect(world.tokens[1]).toBe(await world.session.getAccessToken())
  })

  it('is refused while no token can be had, and connects when one can', async () => {
    const world = await listening()
    await world.clock.advance(world.server.lifetime)
    world.server.onRefresh = () => json({}, { status: 503 })
    serve(world)
    const socket = connect(world, 20_000)
    expect(await refused(socket)).toMatchObject({ message: 'sign in first' })
    expect(world.tokens).toEqual([null])
    expect(socket.active).toBe(false)
    world.server.onRefresh = undefined
    const back = connected(socket)
    socket.connect()
    await back
    expect(world.tokens).toHaveLength(2)
  })
})
