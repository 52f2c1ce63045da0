import axios, { type AxiosInstance, type CreateAxiosDefaults, type InternalAxiosRequestConfig } from 'axios'
import { type Gate, gateOf } from '../session/gate.ts'
import type { Session } from '../session/session.ts'
import { guardAdapter, isGuardedBy } from './axios-adapter.ts'
import { createTransports } from './axios-transport.ts'

declare module 'axios' {
  interface AxiosRequestConfig<D, P> {
    /** Sends this request as it is: no token, no waiting, no retry. @default false */
    skipAuth?: boolean | undefined
  }
}

/**
 * Lets the requests of an instance you already have carry the session's token. Your interceptors and transforms run
 * once per call and never see a 401 that a retry has cured, in whatever order they were attached. What could not be
 * sent for want of a token rejects with an `AxiosError` whose `cause` is one of this library's errors.
 *
 * @returns the undo; requests under way end as they began
 * @throws {TypeError} if it is not an axios instance, or not a session
 * @example
 * const detach = attachAxios(api, session)
 */
export function attachAxios(instance: AxiosInstance, session: Session): () => void {
  const gate = gateOf(session)
  if (typeof instance?.interceptors?.request?.use !== 'function') {
    throw new TypeError('silent-refresh: attachAxios needs an axios instance.')
  }
  const findTransport = createTransports(gate.fetch)
  let isAttached = true
  const id: number = instance.interceptors.request.use(
    (config) => {
      if (isGuardedBy(gate, config.adapter)) return config
      // Those attached before run afterwards, unless the order has been turned round.
      const isLast = id === 0 && config.transitional?.legacyInterceptorReqResOrdering !== false
      return guardConfig(config, isLast)
    },
    null,
    // It does not wait for anything: where no other interceptor does, axios may send in the same breath.
    { synchronous: true },
  )

  function guardConfig(config: InternalAxiosRequestConfig, isLast: boolean): InternalAxiosRequestConfig {
    let below = config.adapter
    const guarded = guardAdapter(
      () => below,
      gate,
      findTransport,
      () => isAttached,
    )
    if (isLast) {
      config.adapter = guarded
      return config
    }
    // An interceptor that runs after this one may still choose an adapter: it goes below, not in place of ours.
    return Object.defineProperty(config, 'adapter', {
      __proto__: null,
      enumerable: true,
      configurable: true,
      get: () => guarded,
      set(chosen: typeof below) {
        if (chosen !== guarded) below = chosen
      },
    } as PropertyDescriptor)
  }

  const forget = ejectOnDispose(gate, instance, id)
  return () => {
    isAttached = false
    instance.interceptors.request.eject(id)
    forget()
  }
}

/** A function of its own, whose closure does not hold the instance: an app may drop it long before the session ends. */
function ejectOnDispose(gate: Gate, instance: AxiosInstance, id: number): () => void {
  const held = new WeakRef(instance)
  return gate.onDispose(() => held.deref()?.interceptors.request.eject(id))
}

/**
 * A new axios instance whose requests carry the session's token; otherwise the same as `axios.create(config)`.
 *
 * @example
 * const api = createAxios(session, { baseURL: '/api' })
 * const { data } = await api.get('/me')
 */
export function createAxios(session: Session, config?: CreateAxiosDefaults): AxiosInstance {
  const instance = axios.create(config)
  attachAxios(instance, session)
  return instance
}
