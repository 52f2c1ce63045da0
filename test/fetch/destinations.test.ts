import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { foreignUrls, origins, ownUrls } from '../helpers/urls.ts'
import { createWorld } from '../helpers/world.ts'

interface Sent {
  readonly input: string
  readonly authorization: string | null
}

/** A client whose transport notes what it is given and resolves it as the page would. */
async function observed(options: Parameters<ReturnType<typeof createWorld>['open']>[0] = {}) {
  const world = createWorld()
  const { session } = await world.openSignedIn({ origins, ...options })
  const sent: Sent[] = []
  const answers: (() => Response)[] = []
  const apiFetch = createFetch(session, {
    async fetch(input, init) {
      const request = input instanceof Request ? input : undefined
      const authorization = new Headers(init?.headers ?? request?.headers).get('Authorization')
      const url = request?.url ?? String(input)
      sent.push({
        input: URL.canParse(url, world.page.baseUrl) ? new URL(url, world.page.baseUrl).href : url,
        authorization,
      })
      return (answers.shift() ?? unauthorized)()
    },
  })
  return { ...world, session, apiFetch, sent, answers }
}

const redirected = (url: string, response = unauthorized()) =>
  Object.defineProperties(response, { redirected: { value: true }, url: { value: url } })

describe('fetch: where the token goes', () => {
  it.each(foreignUrls)('sends no token to %j, and neither refreshes nor retries', async (url) => {
    const { apiFetch, sent, server, clock } = await observed()
    const call = apiFetch(url)
    await clock.advance(1000)
    expect((await call).status).toBe(401)
    expect(sent.map(({ authorization }) => authorization)).toEqual([null])
    expect(server.refreshes).toHaveLength(0)
  })

  it.each(ownUrls)('sends the token to %j, also on the retry', async (url) => {
    const { apiFetch, sent, server, clock } = await observed()
    const call = apiFetch(url)
    await clock.advance(1000)
    expect((await call).status).toBe(401)
    const [first, second, ...more] = sent
    expect(first?.authorization).toMatch(/^Bearer ./)
    expect(second?.authorization).toMatch(/^Bearer ./)
    expect(second?.authorization).not.toBe(first?.authorization)
    expect(more).toEqual([])
    expect(server.refreshes).toHaveLength(1)
  })

  it.each(['https://evil.test/api', 'https://app.test:444/api'])(
    'sends no token to %s as a URL object or a Request either',
    async (url) => {
      const { apiFetch, sent, clock } = await observed()
      const calls = Promise.all([apiFetch(new URL(url)), apiFetch(new Request(url))])
      await clock.advance(1000)
      await calls
      expect(sent.map(({ authorization }) => authorization)).toEqual([null, null])
    },
  )

  it('sends no token to a relative URL while a base element leads elsewhere', async () => {
    const { apiFetch, sent, page, clock } = await observed()
    page.baseUrl = 'https://evil.test/'
    for (const url of ['/api', 'api', '?x', '../api']) {
      const call = apiFetch(url)
      await clock.advance(1000)
      await call
    }
    expect(sent.map(({ authorization }) => authorization)).toEqual([null, null, null, null])
    page.baseUrl = 'https://api.test/v2/'
    const call = apiFetch('me')
    await clock.advance(1000)
    await call
    expect(sent[4]).toMatchObject({ input: 'https://api.test/v2/me', authorization: expect.any(String) })
  })

  it('leaves excluded paths out relative to where a base element leads', async () => {
    const { apiFetch, sent, page, clock } = await observed({ exclude: ['/login'] })
    page.baseUrl = 'https://api.test/'
    const call = apiFetch('https://api.test/login')
    await clock.advance(1000)
    await call
    expect(sent.map(({ authorization }) => authorization)).toEqual([null])
  })

  it.each([
    'https://evil.test/api',
    'https://app.test.evil.test/api',
    'http://app.test/api',
    'https://app.test:444/api',
  ])('takes no 401 for expiry that a redirect brought from %s', async (url) => {
    const { apiFetch, sent, answers, server, clock } = await observed()
    answers.push(() => redirected(url))
    const call = apiFetch('/api/away')
    await clock.advance(1000)
    expect((await call).url).toBe(url)
    expect(sent).toHaveLength(1)
    expect(server.refreshes).toHaveLength(0)
  })

  it('takes a 401 for expiry that a redirect brought from an allowed origin', async () => {
    const { apiFetch, sent, answers, server, clock } = await observed()
    answers.push(
      () => redirected('https://api.test/elsewhere'),
      () => json(1),
    )
    const call = apiFetch('/api/away')
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(sent).toHaveLength(2)
    expect(server.refreshes).toHaveLength(1)
  })

  it('keeps its token to itself on a page without an origin of its own', async () => {
    const world = createWorld()
    world.page.origin = 'null'
    world.page.baseUrl = 'https://app.test/sandboxed.html'
    const { session } = await world.openSignedIn()
    const apiFetch = createFetch(session)
    const calls = Promise.all([apiFetch('/api'), apiFetch('https://app.test/api')])
    await world.clock.advance(1000)
    await calls
    expect(world.server.hits.map(({ authorization }) => authorization)).toEqual([null, null])
  })

  it('keeps its token to itself on a page whose URL has no origin', async () => {
    const world = createWorld()
    world.page.origin = 'null'
    world.page.baseUrl = 'data:text/html,page'
    const refresh = 'https://app.test/auth/refresh'
    const { session } = await world.openSignedIn({ refresh, signOut: 'https://app.test/auth/logout' })
    const call = createFetch(session)('/api')
    await world.clock.advance(1000)
    await call
    expect(world.server.hits.map(({ authorization }) => authorization)).toEqual([null])
  })
})
