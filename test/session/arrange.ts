import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { FakeServer } from '../helpers/fake-server.ts'
import { createWorld } from '../helpers/world.ts'

/** Alice is signed in. */
export async function alice(options: Partial<SessionOptions> = {}) {
  const world = createWorld()
  const opened = await world.openSignedIn(options)
  const send = createFetch(opened.session)
  /** The app's own login call, past the session. */
  async function login(user: string) {
    const response = await world.server.fetch('/auth/login', {
      method: 'POST',
      body: JSON.stringify({ user }),
    })
    if (!response.ok) throw new Error('wrong password')
    return (await response.json()) as { access_token: string }
  }
  return { ...world, ...opened, send, login }
}

/** The refreshes wait until the test lets them go; then the server answers with the cookie they came with. */
export function holdRefreshes(server: FakeServer) {
  const held: (() => void)[] = []
  server.onRefresh = () =>
    new Promise<undefined>((resolve) => {
      held.push(() => resolve(undefined))
    })
  return {
    release() {
      server.onRefresh = undefined
      for (const go of held) go()
    },
  }
}

/** The user whom a token belongs to. */
export const userOf = (authorization: string | null) =>
  authorization && (JSON.parse(atob(authorization.split('.')[1] ?? '')) as { sub: string }).sub

/** Whose token each request carried. */
export const usersOf = (server: FakeServer) => server.hits.map(({ authorization }) => userOf(authorization))
