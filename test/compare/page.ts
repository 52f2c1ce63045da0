import type { Answer, CallOptions, Peer } from './peer.ts'

export interface CallSpec {
  readonly path: string
  readonly method?: CallOptions['method']
  /** Names one of `bodies`. */
  readonly body?: keyof typeof bodies
  readonly isTransformed?: boolean
  readonly timeout?: number
  readonly isAbortable?: boolean
}

/** `refused`: the caller has met a 401. */
export type Settled = 'answered' | 'refused' | 'failed' | 'waiting'

export interface Outcome {
  settled: Settled
  data?: unknown
  error?: string
}

const bodies = {
  json: () => ({ text: 'grüße', list: [1, 2, 3] }),
  form() {
    const form = new FormData()
    form.append('text', 'grüße')
    form.append('file', new Blob([new Uint8Array(300).map((_, index) => index)]), 'file.bin')
    return form
  },
  blob: () => new Blob([new Uint8Array(300).map((_, index) => index)], { type: 'application/octet-stream' }),
  params: () => new URLSearchParams({ text: 'grüße & co' }),
}

const statusOf = (error: unknown): unknown => {
  const { response, status } = (error ?? {}) as { response?: { status?: unknown }; status?: unknown }
  return response?.status ?? status
}

/** Makes the page's own global of an app, for the scenarios to drive. */
export function enter(peer: Peer): void {
  const runs = new Map<string, { outcomes: Outcome[]; all: Promise<unknown>; abort: AbortController }>()
  const hooks = { request: 0, response: 0 }
  let signedOut = 0

  async function settle(outcome: Outcome, call: () => Promise<Answer>): Promise<void> {
    try {
      const { status, data } = await call()
      outcome.settled = status === 401 ? 'refused' : status < 300 ? 'answered' : 'failed'
      outcome.data = data
    } catch (error) {
      outcome.settled = statusOf(error) === 401 ? 'refused' : 'failed'
      outcome.error = String(error)
    }
  }

  function make(spec: CallSpec, signal: AbortSignal): Promise<Answer> {
    const { path, method, body, timeout, isAbortable } = spec
    if (spec.isTransformed) return peer.callTransformed?.(path, bodies.json()) ?? Promise.reject('none')
    return peer.call(path, {
      ...(method && { method }),
      ...(body && { body: bodies[body]() }),
      ...(timeout && { timeout }),
      ...(isAbortable && { signal }),
    })
  }

  globalThis.contest = {
    async start(lifetime) {
      await peer.start({
        lifetime,
        onSignedOut() {
          signedOut += 1
        },
      })
    },
    signIn: (email) => peer.signIn(email, 'correct horse').then(() => undefined),
    signOut: () => peer.signOut().then(() => undefined),
    isSignedIn: async () => peer.isSignedIn(),
    signedOut: () => signedOut,
    fire(name, specs) {
      const abort = new AbortController()
      const outcomes = specs.map((): Outcome => ({ settled: 'waiting' }))
      const all = Promise.all(
        specs.map((spec, index) => settle(outcomes[index] as Outcome, () => make(spec, abort.signal))),
      )
      runs.set(name, { outcomes, all, abort })
    },
    abort: (name) => runs.get(name)?.abort.abort(),
    async settled(name, patience) {
      const run = runs.get(name)
      await Promise.race([run?.all, new Promise((resolve) => setTimeout(resolve, patience))])
      return run?.outcomes ?? []
    },
    addHooks: () =>
      peer.addHooks?.({
        request() {
          hooks.request += 1
        },
        response() {
          hooks.response += 1
        },
      }),
    hooks: () => hooks,
    stored: () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  }
}

export interface Contest {
  start(lifetime: number): Promise<void>
  signIn(email: string): Promise<void>
  signOut(): Promise<void>
  isSignedIn(): Promise<boolean>
  /** How often the app was told that its user is signed out. */
  signedOut(): number
  fire(name: string, specs: readonly CallSpec[]): void
  abort(name: string): void
  /** Once all are settled, or the patience is at its end. */
  settled(name: string, patience: number): Promise<readonly Outcome[]>
  addHooks(): void
  hooks(): { readonly request: number; readonly response: number }
  /** All that a script can read of what is kept. */
  stored(): string
}

declare global {
  var contest: Contest
  /** Of the page's host: moves this page's clock. */
  var moveClock: (ms: number) => void
}
