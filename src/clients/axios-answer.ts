import type { AxiosResponse } from 'axios'
import type { Gate } from '../session/gate.ts'

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

/** Adapters of other people's making answer with plain objects. */
function readHeaders(response: AxiosResponse): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    if (value !== undefined && value !== null) headers.set(name, String(value))
  }
  return headers
}

/** Whether the answer says that the token it was asked with has expired. */
export function isExpiredAnswer(
  { expiry }: Gate,
  response: AxiosResponse,
  url: string,
  finalUrl: string | undefined,
): boolean | Promise<boolean> {
  if (!expiry.concerns(response.status)) return false
  const received = {
    status: response.status,
    url: finalUrl || url,
    method: methodOf(response.config),
    headers: readHeaders(response),
    readText: () => readText(response),
  }
  return expiry.isMetBy(received, finalUrl)
}

export function methodOf({ method = 'get' }: { method?: string | undefined }): string {
  return method.toUpperCase()
}
