import { type ProblemCode, problem } from './problem.ts'

/** A body that is too large, or is not what it says it is. */
export class BodyError extends Error {
  override name = 'BodyError'
  readonly status: number
  readonly code: ProblemCode

  constructor(status: number, code: ProblemCode) {
    super(code)
    this.status = status
    this.code = code
  }

  toResponse(): Response {
    return problem(this.status, this.code)
  }
}

/** Reads at most `limit` bytes; a body that lies about its length is stopped all the same. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw new BodyError(413, 'body_too_large')
  const reader = request.body?.getReader()
  // Not every engine has `Request.body`; there the length is known only afterwards.
  if (!reader) return limited(new Uint8Array(await request.arrayBuffer()), limit)
  const chunks: Uint8Array[] = []
  let length = 0
  const readPart = () => reader.read().catch(refuseTorn)
  for (let part = await readPart(); !part.done; part = await readPart()) {
    length += part.value.byteLength
    if (length > limit) {
      await reader.cancel()
      throw new BodyError(413, 'body_too_large')
    }
    chunks.push(part.value)
  }
  return join(chunks, length)
}

/** The client went away half way, or cannot chunk: no fault of the server's, so that it is not reported as one. */
function refuseTorn(): never {
  throw new BodyError(400, 'invalid_request')
}

/** An object, or a {@link BodyError}. */
export async function readJsonObject(request: Request, limit: number): Promise<Record<string, unknown>> {
  const bytes = await readBody(request, limit)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new BodyError(400, 'invalid_json')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BodyError(400, 'invalid_request')
  }
  return value as Record<string, unknown>
}

function limited(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes.byteLength > limit) throw new BodyError(413, 'body_too_large')
  return bytes
}

function join(chunks: Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}
