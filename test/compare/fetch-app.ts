import type { Answer, CallOptions } from './peer.ts'

export const isPlain = (body: object): boolean => Object.getPrototypeOf(body) === Object.prototype

export function makeInit({ method = 'GET', body, signal, timeout }: CallOptions): RequestInit {
  const signals = [...(signal ? [signal] : []), ...(timeout ? [AbortSignal.timeout(timeout)] : [])]
  return {
    method,
    ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
    ...(body && isPlain(body)
      ? { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
      : body && { body: body as BodyInit }),
  }
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, data: text === '' ? null : JSON.parse(text) }
}

export class RefusedError extends Error {
  readonly status: number

  constructor(path: string, status: number) {
    super(`${path} was answered ${status}`)
    this.status = status
  }
}

/** An auth endpoint of the backend, asked without the library. */
export async function postByFetch(path: string, body: object = {}): Promise<{ access_token: string }> {
  const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new RefusedError(path, response.status)
  return response.status === 204 ? { access_token: '' } : response.json()
}
