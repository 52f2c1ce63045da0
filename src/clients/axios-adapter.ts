import {
  type AxiosAdapter,
  type AxiosError,
  type AxiosHeaders,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
} from 'axios'
import { isSilentRefreshError } from '../session/errors.ts'
import type { Gate } from '../session/gate.ts'
import { ownProperty } from '../session/own-property.ts'
import type { GiveUp } from '../session/waiting-line.ts'
import { isExpiredAnswer, methodOf } from './axios-answer.ts'
import { restoreError, restoreResponse, timeoutError, toAxiosError, withCause } from './axios-errors.ts'
import type { FindTransport, Transport } from './axios-transport.ts'
import { urlOf } from './axios-url.ts'
import { snapshot } from './body-snapshot.ts'
import { exchange } from './exchange.ts'

type Config = InternalAxiosRequestConfig

/** What came back: axios settles by status, so a 401 may be either. */
interface Settled {
  readonly response: AxiosResponse
  /** Set if axios rejects with it. */
  readonly error?: AxiosError
}

/** At most this long: timers of browsers overflow beyond it and fire at once. */
const longestTimer = 2 ** 31 - 1

const isStream = (data: unknown) =>
  typeof data === 'object' && data !== null && ('getReader' in data || 'pipe' in data)

/** The way out of the queue in axios's own words: `signal`, `cancelToken` and `timeout` count while waiting too. */
function giveUpOf(config: Config, remaining: () => number, gate: Gate): GiveUp {
  return (leave) => {
    const { signal, cancelToken } = config
    const cancel = () => leave(cancelToken?.reason ?? new CanceledError(undefined, config))
    signal?.addEventListener?.('abort', cancel)
    cancelToken?.subscribe(cancel)
    const stopTimer = config.timeout
      ? gate.clock.startTimer(() => leave(timeoutError(config)), Math.min(longestTimer, remaining()))
      : undefined
    if (signal?.aborted) cancel()
    return () => {
      signal?.removeEventListener?.('abort', cancel)
      cancelToken?.unsubscribe(cancel)
      stopTimer?.()
    }
  }
}

/** `undefined` is as good as none; `null` and `false` are a caller's way of saying "none at all". */
function hasHeader(headers: AxiosHeaders, name: string): boolean {
  return Object.keys(headers).some(
    (key) => key.length === name.length && key.toLowerCase() === name && headers[key] !== undefined,
  )
}

/** Whether the caller has put into the token's header something of their own. */
function bringsToken({ auth, headers }: Config, tokenHeader: string): boolean {
  const name = tokenHeader.toLowerCase()
  return (name === 'authorization' && auth !== undefined) || hasHeader(headers, name)
}

/** Sends a copy that carries the token, so that neither the caller's config nor any error ever holds it. */
function copyOf(config: Config, extra: Record<string, string> | undefined, isFetch: boolean): Config {
  // Not through the constructor: that would check and normalise every header anew, for each request.
  const headers: AxiosHeaders = Object.assign(
    Object.create(Object.getPrototypeOf(config.headers)),
    config.headers,
  )
  for (const name in extra) if (!hasHeader(headers, name.toLowerCase())) headers[name] = extra[name]
  // axios's fetch adapter sends a User-Agent of its own, which Firefox and WebKit let through: then every request to
  // another origin is preflighted for a header that no server allows.
  if (isFetch && !hasHeader(headers, 'user-agent')) headers['User-Agent'] = false
  // Without a prototype, as axios made it; key by key, because spreading such an object costs four times as much.
  const copy = Object.create(null)
  for (const key of Object.keys(config)) copy[key] = config[key as keyof Config]
  copy.headers = headers
  return copy as Config
}

export interface GuardedAdapter extends AxiosAdapter {
  /** Which gate it leads through: nothing is wrapped twice. */
  readonly gate: Gate
}

export function isGuardedBy(gate: Gate, adapter: unknown): boolean {
  return typeof adapter === 'function' && (adapter as Partial<GuardedAdapter>).gate === gate
}

/**
 * Wraps whatever adapter a request has. Token, queue, refresh and retry live in here, below interceptors and
 * transforms: those run once and see one answer.
 */
export function guardAdapter(
  original: () => Config['adapter'],
  gate: Gate,
  findTransport: FindTransport,
  isAttached: () => boolean,
): GuardedAdapter {
  const { tokenHeader } = gate

  async function attempt(transport: Transport, config: Config, copy: Config): Promise<Settled> {
    try {
      return { response: await transport.send(copy) }
    } catch (error) {
      const failure = error as AxiosError | undefined
      // The fetch adapter words its timeout by itself, by what was left of it.
      if (failure?.message === `timeout of ${copy.timeout}ms exceeded`)
        failure.message = timeoutError(config).message
      if (!failure?.response) throw restoreError(error, config, tokenHeader)
      return { response: failure.response, error: failure }
    }
  }

  function settle({ response, error }: Settled, config: Config): AxiosResponse {
    if (error) throw restoreError(error, config, tokenHeader)
    return restoreResponse(response, config, tokenHeader)
  }

  const guarded: AxiosAdapter = async (config) => {
    const transport = findTransport(original(), config)
    const url = isAttached() && ownProperty(config, 'skipAuth') !== true ? urlOf(config) : undefined
    const takesToken = url !== undefined && gate.mayCarryToken(url)
    const isOurs = takesToken || (gate.csrf && url !== undefined && gate.isAllowed(url))
    if (!isOurs || bringsToken(config, tokenHeader)) {
      return settle(await attempt(transport, config, copyOf(config, undefined, transport.isFetch)), config)
    }
    const remaining = startTimeout(config, gate)
    const data = snapshot(config.data)
    try {
      const settled = await exchange<Settled>(gate, {
        about: () => ({ method: methodOf(config), url }),
        takesToken,
        isRepeatable: !isStream(config.data),
        giveUp: giveUpOf(config, remaining, gate),
        send(token) {
          // Asked for each try: a changed `<base>` leads relative URLs elsewhere.
          const copy = copyOf(config, gate.headersFor(url, token), transport.isFetch)
          copy.data = data
          if (config.timeout && remaining() < config.timeout) {
            copy.timeout = remaining()
            copy.timeoutErrorMessage = timeoutError(config).message
          }
          return attempt(transport, config, copy)
        },
        statusOf: ({ response }) => response.status,
        isExpired: ({ response }) => isExpiredAnswer(gate, response, url, transport.finalUrlOf(response)),
        discard: ({ response }) => discard(response.data),
        settleWithout: ({ response, error }, cause) => ({
          response,
          ...(error && { error: withCause(error, cause) }),
        }),
      })
      return settle(settled, config)
    } catch (error) {
      throw isSilentRefreshError(error) ? toAxiosError(error, config) : error
    }
  }
  return Object.assign(guarded, { gate })
}

/** What is left of the request's timeout, which counts from here: waiting and both tries are all within it. */
function startTimeout(config: Config, { clock }: Gate): () => number {
  const startedAt = clock.now().monotonic
  return () => Math.max(1, Math.ceil(Number(config.timeout) - (clock.now().monotonic - startedAt)))
}

function discard(body: unknown): void {
  if (body instanceof ReadableStream) body.cancel().catch(() => {})
}
