import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
import type { AnySilentRefreshError } from '../session/errors.ts'

/** For a request that could not be sent: what axios callers expect, with the typed error as its cause. */
export function toAxiosError(error: AnySilentRefreshError, config: InternalAxiosRequestConfig): AxiosError {
  return withCause(new AxiosError(error.message, error.code, config), error)
}

/** Not enumerable, as axios has it: loggers that walk an error's properties stop at its own. */
export function withCause<E extends Error>(error: E, cause: unknown): E {
  return Object.defineProperty(error, 'cause', {
    __proto__: null,
    value: cause,
    writable: true,
    configurable: true,
    enumerable: false,
  } as PropertyDescriptor)
}

/** The error that axios itself would have made had the time run out on the wire. */
export function timeoutError(config: InternalAxiosRequestConfig): AxiosError {
  const { timeout, timeoutErrorMessage, transitional } = config
  const code = transitional?.clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED
  return new AxiosError(timeoutErrorMessage || `timeout of ${timeout}ms exceeded`, code, config)
}

/** What the fetch adapter hands out as `request` is a `Request` with our header: replaced by one without. */
function withoutToken(request: unknown, tokenHeader: string): unknown {
  if (typeof Request !== 'function' || !(request instanceof Request)) return request
  const { url, method } = request
  const headers = new Headers(request.headers)
  headers.delete(tokenHeader)
  return new Request(url, { method, headers })
}

/** Puts the caller's own config back in place of the copy that carried the token. */
export function restoreResponse(
  response: AxiosResponse,
  config: InternalAxiosRequestConfig,
  tokenHeader: string,
): AxiosResponse {
  response.config = config
  if (response.request) response.request = withoutToken(response.request, tokenHeader)
  return response
}

export function restoreError(
  error: unknown,
  config: InternalAxiosRequestConfig,
  tokenHeader: string,
): unknown {
  const failure = error as Partial<AxiosError> | null | undefined
  if (!failure || typeof failure !== 'object' || !('config' in failure)) return error
  failure.config = config
  if (failure.request) failure.request = withoutToken(failure.request, tokenHeader)
  if (failure.response) restoreResponse(failure.response, config, tokenHeader)
  return error
}
