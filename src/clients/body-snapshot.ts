/**
 * What a body says at the time of the call counts, as with `fetch`: its caller may go on using the form or the buffer
 * while the request waits. Everything else cannot be changed, or can be read only once.
 */
export function snapshot(body: unknown): unknown {
  if (body instanceof URLSearchParams) return new URLSearchParams(body)
  if (body instanceof ArrayBuffer) return body.slice(0)
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  if (!(body instanceof FormData)) return body
  const copy = new FormData()
  for (const [name, value] of body) copy.append(name, value)
  return copy
}
