import { nativeFetch } from '../browser/browser-environment.ts'
import { isRequest } from '../clients/fetch-request.ts'
import { resolveInput } from './address.ts'
import { type Network, networkError, type Sender } from './host.ts'
import type { TestClock } from './test-clock.ts'

/**
 * What a server function is given beside the request.
 *
 * @example
 * const slow: TestServer = async (_, { delay }: TestRequestContext) => {
 *   await delay(200)
 *   return new Response()
 * }
 */
export interface TestRequestContext {
  /**
   * Lets the answer take so many milliseconds of the browser's time: it goes on once `advance` or `until` has brought the
   * time there.
   */
  delay(duration: number): Promise<void>
}

/**
 * The far side of the network in a test: answers a request. What it throws or rejects with is a failure of the network.
 *
 * @example
 * const server: TestServer = ({ url }) => Response.json(url.endsWith('/users') ? ['Ada'] : {})
 */
export type TestServer = (request: Request, context: TestRequestContext) => Response | Promise<Response>

export interface TestNetworkParts {
  /** Undefined for the global `fetch`. */
  readonly server: TestServer | undefined
  /** How long a request is awaited in real time. */
  readonly patience: number
  readonly clock: TestClock
}

export interface TestNetwork {
  readonly send: Network
  /** How many requests are under way, and whether one of them may be answered without any time of the browser's. */
  readonly underWay: number
  isAwaited(): boolean
  /** So many of the next requests are served, and their answers lost. */
  loseAnswers(count: number): void
}

/** A request under way: since when it is awaited, or that it waits for the browser's time. */
interface Flight {
  /** Aborted when it has been awaited for long enough. */
  patience: AbortSignal
  delays: number
}

function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value
}

/** Rejects as soon as the signal says so, whatever the server does. */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return answer
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

export function createTestNetwork({ server, patience, clock }: TestNetworkParts): TestNetwork {
  const flights = new Set<Flight>()
  let toLose = 0

  // Of the platform's own: fake timers cannot stop it.
  const newPatience = () => AbortSignal.timeout(patience)

  async function ask(
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    flight: Flight,
  ): Promise<Response> {
    if (!server) return nativeFetch(input, init)
    const answer: unknown = await server(new Request(input, init), {
      delay: (duration) =>
        new Promise((resolve) => {
          flight.delays++
          clock.startTimer(() => {
            flight.delays--
            flight.patience = newPatience()
            resolve()
          }, duration)
        }),
    })
    if (isResponse(answer)) return answer
    throw new TypeError('silent-refresh: option "fetch" must answer each request with a Response.')
  }

  async function serve(
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    sender: Sender,
  ): Promise<Response> {
    const target = resolveInput(input, sender.baseUrl())
    const isLost = toLose > 0
    if (isLost) toLose--
    const flight: Flight = { patience: newPatience(), delays: 0 }
    flights.add(flight)
    const signal = init?.signal ?? (isRequest(input) ? input.signal : undefined)
    try {
      const answer = await unlessAborted(ask(target, init, flight), signal)
      if (!isLost) return answer
    } finally {
      flights.delete(flight)
    }
    throw networkError()
  }

  return {
    send: serve,
    get underWay() {
      return flights.size
    },
    isAwaited: () => [...flights].some((flight) => flight.delays === 0 && !flight.patience.aborted),
    loseAnswers(count) {
      toLose = count
    },
  }
}
