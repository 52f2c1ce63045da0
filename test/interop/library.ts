import { describe, expect, it } from 'vitest'
import type { Hit } from '../helpers/fake-server.ts'
import {
  type Arrangement,
  bodiesOf,
  caught,
  expired,
  outcome,
  outcomes,
  pass,
  type SignedIn,
  signedIn,
  withTimersInHand,
} from './arrange.ts'

interface Call {
  /** Makes it a POST, or a mutation. */
  readonly body?: object
  readonly signal?: AbortSignal
  /** The library's own, in milliseconds. */
  readonly timeout?: number
}

/** An HTTP library, wired up as its users would. */
export interface Library {
  call(path: string, call?: Call): Promise<unknown>
  /** The statuses of the answers that its hooks have been shown. */
  readonly seen: number[]
}

/** How the library words what its callers get. */
interface Words {
  /** The server's 401. */
  readonly refused: object
  /** A request that was never sent, because the session was over. */
  readonly unsent: object
  /** Whether it then tries again by itself. */
  readonly sendsAgain?: boolean
  /** Left out if such a call never settles. */
  readonly aborted?: object
  /** Left out if the library has no timeout. */
  readonly timedOut?: object
}

/** How what is asked for is put into requests and answers. */
interface Speech {
  readonly reworded?: Arrangement['reworded']
  readonly pathOf: (hit: Hit) => unknown
  readonly bodies: Readonly<Record<string, () => object>>
}

const rest: Speech = {
  pathOf: ({ url }) => url.pathname,
  bodies: { JSON: () => ({ name: 'Zoë' }), 'a form': form },
}

export const twenty = Array.from({ length: 20 }, (_, index) => `/api/${index}`)

export function describeLibrary(
  name: string,
  make: (world: SignedIn) => Library,
  words: Words,
  { reworded, pathOf, bodies }: Speech = rest,
): void {
  const { refused, unsent, sendsAgain = false, aborted, timedOut } = words
  const callTwenty = ({ call }: Library) => twenty.map((path) => call(path))
  const answers = twenty.map((path) => ({ user: 'alice', path }))

  describe(name, () => {
    withTimersInHand()

    it('sends twenty waiting calls once each after one refresh', async () => {
      const world = await expired({ reworded })
      const library = make(world)
      expect(await outcomes(world, callTwenty(library))).toMatchObject(answers)
      expect(world.server.hits.map(pathOf)).toEqual(twenty)
      expect(world.server.refreshes).toHaveLength(1)
      expect(library.seen).toEqual(Array(20).fill(200))
    })

    it('never sees the 401 of twenty calls that one refresh cures', async () => {
      const world = await signedIn({ reworded })
      const library = make(world)
      world.server.expireAll()
      expect(await outcomes(world, callTwenty(library))).toMatchObject(answers)
      expect(world.server.hits.map(pathOf)).toEqual([...twenty, ...twenty])
      expect(world.server.refreshes).toHaveLength(1)
      expect(library.seen).toEqual(Array(20).fill(200))
    })

    it.each(Object.entries(bodies))('sends %s again as it was', async (_, makeBody) => {
      const world = await signedIn({ reworded })
      const { call, seen } = make(world)
      world.server.expireAll()
      const body = makeBody()
      expect(await outcome(world, call('/api/items', { body }))).toMatchObject({ user: 'alice' })
      const [first, second] = bodiesOf(world.server)
      expect(first?.body).toContain('Zoë')
      expect(first?.type).toContain(body instanceof FormData ? 'multipart/form-data' : 'application/json')
      expect(second).toEqual(first)
      expect(world.server.hits).toHaveLength(2)
      expect(seen).toEqual([200])
    })

    it('says in its own words that the server refused, when the session is over', async () => {
      const world = await signedIn({ reworded })
      const library = make(world)
      world.server.expireAll()
      world.server.cookie = undefined
      expect(await outcomes(world, callTwenty(library))).toMatchObject(Array(20).fill(refused))
      expect(world.server.hits.map(pathOf)).toEqual(twenty)
      expect(world.server.refreshes).toHaveLength(1)
      expect(library.seen).toEqual(Array(20).fill(401))
    })

    it('fails after one refresh for twenty calls that waited when the session ended', async () => {
      const world = await expired({ reworded })
      const library = make(world)
      world.server.cookie = undefined
      expect(await outcomes(world, callTwenty(library))).toMatchObject(Array(20).fill(unsent))
      expect(world.server.refreshes).toHaveLength(1)
      expect(world.server.hits.map(pathOf)).toEqual(sendsAgain ? twenty : [])
      for (const { authorization } of world.server.hits) expect(authorization).toBeNull()
      expect(library.seen).toEqual(sendsAgain ? Array(20).fill(401) : [])
    })

    if (aborted) {
      it('aborts a waiting call at once, in its own words, while the others go on', async () => {
        const world = await expired({ reworded })
        const { call } = make(world)
        const controller = new AbortController()
        const failure = caught(call('/api/aborted', { signal: controller.signal }))
        const other = call('/api/other')
        await pass(world, 20)
        controller.abort()
        expect(await failure).toMatchObject(aborted)
        expect(world.server.hits).toHaveLength(0)
        expect(await outcome(world, other)).toMatchObject({ path: '/api/other' })
        expect(world.server.hits.map(pathOf)).toEqual(['/api/other'])
        expect(world.server.refreshes).toHaveLength(1)
      })

      it('aborts a call whose retry waits, and does not send it again', async () => {
        const world = await signedIn({ reworded })
        const { call } = make(world)
        world.server.expireAll()
        const controller = new AbortController()
        const failure = caught(call('/api/aborted', { signal: controller.signal }))
        await pass(world, 20)
        expect([world.server.hits.length, world.server.refreshes.length]).toEqual([1, 1])
        controller.abort()
        expect(await failure).toMatchObject(aborted)
        await pass(world, 200)
        expect(world.server.hits).toHaveLength(1)
        expect(world.server.refreshes).toHaveLength(1)
      })
    }

    if (timedOut) {
      it('keeps its own timeout while a call waits', async () => {
        const world = await expired({ reworded })
        const { call } = make(world)
        const late = caught(call('/api/late', { timeout: 20 }))
        const other = call('/api/other')
        await pass(world, 30)
        expect(await late).toMatchObject(timedOut)
        expect(world.server.hits).toHaveLength(0)
        expect(await outcome(world, other)).toMatchObject({ path: '/api/other' })
        expect(world.server.hits.map(pathOf)).toEqual(['/api/other'])
        expect(world.server.refreshes).toHaveLength(1)
      })
    }
  })
}

function form(): FormData {
  const data = new FormData()
  data.append('name', 'Zoë')
  data.append('file', new File(['a\r\nb'], 'a.txt', { type: 'text/plain' }))
  return data
}
