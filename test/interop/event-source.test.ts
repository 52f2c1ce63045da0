import { EventSource } from 'eventsource'
import { describe, expect, it, onTestFinished } from 'vitest'
import { unauthorized } from '../helpers/fake-server.ts'
import { expired, pass, type SignedIn, signedIn, withTimersInHand } from './arrange.ts'

const twentyUrls = Array.from({ length: 20 }, (_, index) => `https://app.test/api/events/${index}`)

/** Sends the user's name, and then nothing until it is ended. */
function stream(user: string) {
  let end = () => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`retry: 100\nid: 7\ndata: ${user}\n\n`))
      end = () => controller.close()
    },
  })
  return { end, response: new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }) }
}

/** Streams to whoever comes with the newest token that was issued. */
function serve({ server, session }: SignedIn) {
  const streams: ReturnType<typeof stream>[] = []
  server.onApi = async ({ authorization }) => {
    if (authorization !== `Bearer ${await session.getAccessToken()}`) return unauthorized()
    const opened = stream('alice')
    streams.push(opened)
    return opened.response
  }
  return streams
}

function listen({ apiFetch }: SignedIn, url: string) {
  const source = new EventSource(url, { fetch: apiFetch })
  const told: string[] = []
  source.onopen = () => told.push('open')
  source.onmessage = ({ data }) => told.push(data)
  source.onerror = ({ code, message }) => told.push(['error', code, message].filter(Boolean).join(' '))
  onTestFinished(() => source.close())
  return { source, told }
}

describe('EventSource', () => {
  withTimersInHand()

  it('opens twenty streams that waited for one refresh', async () => {
    const world = await expired()
    serve(world)
    const listeners = twentyUrls.map((url) => listen(world, url))
    await pass(world, 200)
    expect(listeners.map(({ told }) => told)).toEqual(Array(20).fill(['open', 'alice']))
    expect(world.server.hits.map(({ url }) => url.href)).toEqual(twentyUrls)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('never sees the 401 of twenty streams that one refresh cures', async () => {
    const world = await signedIn()
    const streams = serve(world)
    const { onApi } = world.server
    const old = `Bearer ${await world.session.getAccessToken()}`
    world.server.onApi = (hit) => (hit.authorization === old ? unauthorized() : onApi?.(hit))
    const listeners = twentyUrls.map((url) => listen(world, url))
    await pass(world, 200)
    expect(listeners.map(({ told }) => told)).toEqual(Array(20).fill(['open', 'alice']))
    expect(streams).toHaveLength(20)
    expect(world.server.hits).toHaveLength(40)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('comes back with a new token, and with its place, after a stream that outlived the old one', async () => {
    const world = await signedIn({ options: { refreshMargin: 0 } })
    const streams = serve(world)
    const { told } = listen(world, 'https://app.test/api/events')
    await pass(world, 100)
    await world.clock.advance(world.server.lifetime)
    streams[0]?.end()
    await pass(world, 300)
    expect(told).toEqual(['open', 'alice', 'error', 'open', 'alice'])
    expect(world.server.hits.map(({ headers }) => headers.get('Last-Event-ID'))).toEqual([null, '7'])
    expect(world.server.hits[1]?.authorization).not.toBe(world.server.hits[0]?.authorization)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('closes, as for any 401, when the session is over', async () => {
    const world = await signedIn()
    world.server.expireAll()
    world.server.cookie = undefined
    const listeners = twentyUrls.map((url) => listen(world, url))
    await pass(world, 200)
    expect(listeners.map(({ told }) => told)).toEqual(Array(20).fill(['error 401 Non-200 status code (401)']))
    expect(listeners.map(({ source }) => source.readyState)).toEqual(Array(20).fill(EventSource.CLOSED))
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('tries once more, without a token, when the session ended while it waited', async () => {
    const world = await expired()
    world.server.cookie = undefined
    const { source, told } = listen(world, 'https://app.test/api/events')
    await pass(world, 200)
    expect(told).toEqual(['error The session is over (expired).'])
    await pass(world, 4000, 100)
    expect(told.slice(1)).toEqual(['error 401 Non-200 status code (401)'])
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(world.server.hits.map(({ authorization }) => authorization)).toEqual([null])
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('is not sent if it is closed while it waits, and the others go on', async () => {
    const world = await expired()
    serve(world)
    const left = listen(world, 'https://app.test/api/left')
    const other = listen(world, 'https://app.test/api/other')
    await pass(world, 20)
    left.source.close()
    await pass(world, 200)
    expect(left.told).toEqual([])
    expect(other.told).toEqual(['open', 'alice'])
    expect(world.server.hits.map(({ url }) => url.pathname)).toEqual(['/api/other'])
    expect(world.server.refreshes).toHaveLength(1)
  })
})
