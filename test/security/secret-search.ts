import { inspect } from 'node:util'

/** Shorter ones are words that may stand anywhere. */
const shortest = 8
/** Texts are taken apart into such words, so that thousands of tokens cost one look each. */
const words = /[\w.-]{8,}/g
const isWord = /^[\w.-]+$/
/** What some tests call a token is also what the library calls an event. */
const isPlainWord = /^[a-z_-]{1,12}$/
/** Of this many the newest are also looked for inside longer words. */
const closely = 40
/** An object that holds a whole library is not looked through to its end. */
const mostParts = 3000

export interface SecretSearch {
  /** Remembers a text that must not be seen. */
  add(secret: unknown): void
  /** Whether one of them stands in the text, as it is or percent-encoded. */
  isIn(text: string): boolean
  readonly size: number
}

export function createSecretSearch(): SecretSearch {
  const known = new Set<string>()
  const odd = new Set<string>()
  let newest: string[] = []

  function isIn(text: string): boolean {
    if (newest.some((secret) => text.includes(secret))) return true
    for (const secret of odd) if (text.includes(secret)) return true
    for (const [word] of text.matchAll(words)) if (known.has(word)) return true
    return text.includes('%') && decodes(text)
  }

  function decodes(text: string): boolean {
    const plain = text.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(parseInt(code, 16)),
    )
    return plain !== text && isIn(plain)
  }

  return {
    add(secret) {
      if (typeof secret !== 'string' || secret.length < shortest || isPlainWord.test(secret)) return
      if (known.has(secret) || odd.has(secret)) return
      ;(isWord.test(secret) ? known : odd).add(secret)
      newest = [secret, ...newest].slice(0, closely)
    },
    isIn,
    get size() {
      return known.size + odd.size
    },
  }
}

/** What a property says, if it says so by itself: nobody's getter is run, but for the ones that all errors have. */
function partsOf(value: object): unknown[] {
  const own = Reflect.ownKeys(value).flatMap((key) => [
    typeof key === 'string' ? key : '',
    Reflect.getOwnPropertyDescriptor(value, key)?.value,
  ])
  if (value instanceof Error) return [...own, value.name, value.message, value.stack, value.cause]
  if (value instanceof Headers) return [...own, ...[...value].flat()]
  if (value instanceof Map || value instanceof Set) return [...own, ...[...value].flat()]
  if (value instanceof Request) return [...own, value.url, value.headers, value.referrer]
  if (value instanceof Response) return [...own, value.url, value.headers, value.statusText]
  if (value instanceof URL) return [value.href]
  return own
}

/** All the texts that can be had from a value by looking at it, hidden properties and causes included. */
export function textsOf(root: unknown): string[] {
  const texts: string[] = []
  const seen = new Set<unknown>()
  const waiting: unknown[] = [root]
  // What is near comes first.
  for (const value of waiting) {
    if (seen.size >= mostParts) break
    if (typeof value === 'string') texts.push(value)
    if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) continue
    seen.add(value)
    waiting.push(...partsOf(value))
  }
  return texts
}

/** What loggers make of a value. */
export function printsOf(value: unknown): string[] {
  const prints = [inspect(value, { depth: 6, showHidden: true })]
  try {
    prints.push(String(JSON.stringify(value)))
  } catch {
    // Circular: no logger prints it that way.
  }
  return prints
}
