import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios'
import { gateOf } from '../session/gate.ts'
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
  const findTransport = createTransports(gate)
  let isAttached = true
  const id = instance.interceptors.request.use(
    (config) => {
      if (!isGuardedBy(gate, config.adapter)) {
        config.adapter = guardAdapter(config.adapter, gate, findTransport, () => isAttached)
      }
      return config
    },
    null,
    // It does not wait for anything: where no other interceptor does, axios may send in the same breath.
    { synchronous: true },
  )

  function detach(): void {
    isAttached = false
    instance.interceptors.request.eject(id)
    forget()
  }
  const forget = gate.onDispose(detach)
  return detach
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
