import { type App, createApp } from '../../../demo/server/app.ts'
import { startHousekeeping } from '../../../demo/server/host/housekeeping.ts'
import { demoUsers, seedUsers } from '../../../demo/server/seed.ts'
import { type Keys, loadKeys } from '../../../demo/server/session/keys.ts'
import { createPbkdf2Hasher } from '../../../demo/server/session/passwords.ts'
import { resolveSettings, type Settings } from '../../../demo/server/settings.ts'
import { createMemoryStore } from '../../../demo/server/store/memory-store.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import type { TokenAnswer } from '../backend.ts'

export const users = demoUsers

/** One pair of keys for every world: making them would take longer than living in one. */
async function createSharedKeys(): Promise<Keys> {
  const keys = await loadKeys(createMemoryStore())
  // Never old enough to be replaced, nor retired: time goes its own way in every world.
  return { ...keys, activeSince: () => Number.POSITIVE_INFINITY }
}

const sharedKeys = createSharedKeys()
const passwords = createPbkdf2Hasher({ iterations: 1 })

/** What a refresh cookie said: the token, and what stands in the hint beside it. */
export interface IssuedCookie {
  token: string
  sessionId: string
  gen: number
  idleExpiresAt: number
}

export interface RigAnswer {
  status: number
  code: string | undefined
  body: TokenAnswer | undefined
  /** `null` where the answer removes the cookie, `undefined` where it says nothing about it. */
  cookie: IssuedCookie | null | undefined
}

export interface Carried {
  refreshToken?: string | undefined
  accessToken?: string | undefined
  body?: unknown
}

/** A server whose time is the test's: what passes, and by how much the clock on its wall is wrong. */
export interface Rig {
  readonly settings: Settings
  readonly store: Store
  readonly time: { passed: number; error: number }
  wall(): number
  post(path: string, carried: Carried): Promise<RigAnswer>
  call(accessToken: string): Promise<number>
  /** The same database, processes that remember nothing. */
  restart(): void
  sweep(): Promise<void>
}

const start = Date.UTC(2030, 0, 1)
const cookieName = '__Host-sr_rt'

export async function createRig(store: Store, given: Partial<Settings> = {}): Promise<Rig> {
  const keys = await sharedKeys
  await seedUsers(store, passwords, { clock: () => start })
  const settings = resolveSettings({ lifetimeJitter: 0, rateLimits: false, trustCaller: true, ...given })
  const time = { passed: 0, error: 0 }
  const wall = () => start + time.passed + time.error
  const open = () =>
    createApp({ store, keys, passwords, clock: wall, monotonic: () => time.passed, settings })
  // Two processes, which take turns: what one has seen of the clock the other has to see for itself.
  let apps: [App, App] = [open(), open()]

  async function ask(path: string, init: RequestInit, refreshToken?: string): Promise<RigAnswer> {
    const written = new Map<string, { value: string; maxAge: number }>()
    apps = [apps[1], apps[0]]
    const response = await apps[0].fetch(new Request(`https://app.example${path}`, init), {
      get: (name) => (name === cookieName ? refreshToken : undefined),
      set: (name, value, { maxAge }) => void written.set(name, { value, maxAge }),
    })
    const text = await response.text()
    const body = text === '' ? undefined : (JSON.parse(text) as TokenAnswer & { code?: string })
    const [token, hint] = [written.get(cookieName), written.get('sr_hint')]
    const [sessionId = '', gen = ''] = hint?.value.split('.') ?? []
    const cookie = token && {
      token: token.value,
      sessionId,
      gen: Number(gen),
      idleExpiresAt: wall() + token.maxAge,
    }
    const isRemoved = token !== undefined && token.maxAge === 0
    return { status: response.status, code: body?.code, body, cookie: isRemoved ? null : cookie }
  }

  return {
    settings,
    store,
    time,
    wall,
    post: (path, { refreshToken, accessToken, body = {} }) =>
      ask(
        path,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-silent-refresh': '1',
            ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
          },
          body: JSON.stringify(body),
        },
        refreshToken,
      ),
    call: async (accessToken) =>
      (await ask('/api/me', { headers: { authorization: `Bearer ${accessToken}` } })).status,
    restart() {
      apps = [open(), open()]
    },
    async sweep() {
      const onError = (error: Error) => {
        throw error
      }
      startHousekeeping({ store, keys, clock: wall, settings, keyLifetime: 1, onError })()
      // Its turn comes after the sweep's.
      await store.read(async () => undefined)
    },
  }
}
