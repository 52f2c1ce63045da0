import type { AxiosResponse } from 'axios'
import { isExpiryChallenge } from '../session/challenge.ts'
import type { Gate } from '../session/gate.ts'
import type { Answer } from '../session/options.ts'
import { asAnswer } from './answer.ts'

function headerOf(response: AxiosResponse, name: string): string | undefined {
  const { headers } = response
  // Adapters of other people's making answer with plain objects.
  const value: unknown =
    typeof headers?.get === 'function' ? headers.get(name) : headers?.[name.toLowerCase()]
  return value === undefined || value === null ? undefined : String(value)
}

/** Below the transforms a body is still what the adapter made of it: text, bytes, or a stream. */
async function readText(response: AxiosResponse): Promise<string> {
  const data: unknown = response.data
  if (typeof data === 'string') return data
  if (data instanceof Blob) return data.text()
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return new TextDecoder().decode(data)
  if (data instanceof ReadableStream) {
    const [kept, read] = data.tee()
    response.data = kept
    return new Response(read).text()
  }
  return data === undefined || data === null ? '' : JSON.stringify(data)
}

function toAnswer(response: AxiosResponse, url: string): Answer {
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    if (value !== undefined && value !== null) headers.set(name, String(value))
  }
  return asAnswer({
    status: response.status,
    url,
    method: (response.config.method ?? 'get').toUpperCase(),
    headers,
    readText: () => readText(response),
  })
}

/** Whether the answer says that the token it was asked with has expired. */
export function isExpiredAnswer(
  gate: Gate,
  response: AxiosResponse,
  url: string,
  finalUrl: string | undefined,
): boolean | Promise<boolean> {
  if (gate.shouldRefresh) return gate.shouldRefresh(toAnswer(response, finalUrl || url))
  if (response.status !== 401) return false
  if (!isExpiryChallenge(headerOf(response, 'WWW-Authenticate'), gate.scheme)) return false
  // Redirected to where our token does not go, somebody else has answered.
  return !finalUrl || gate.mayCarryToken(finalUrl)
}
