export interface CookieAttributes {
  /** Life in milliseconds; 0 removes the cookie. */
  maxAge: number
  path: '/'
  httpOnly: boolean
  secure: boolean
  sameSite: 'Strict'
}

/**
 * The cookies of one request and its answer. A port, because in a browser `Request` drops `Cookie` and
 * `Response` drops `Set-Cookie`: there a mock keeps its own jar.
 */
export interface Cookies {
  get(name: string): string | undefined
  set(name: string, value: string, attributes: CookieAttributes): void
}

/** Cookies over plain headers; `written` holds the values for `Set-Cookie`. */
export interface HeaderCookies extends Cookies {
  readonly written: readonly string[]
}

export function createHeaderCookies(header: string | null | undefined): HeaderCookies {
  const received = parseCookies(header ?? '')
  const written: string[] = []
  return {
    written,
    get: (name) => received.get(name),
    set: (name, value, attributes) => void written.push(serializeCookie(name, value, attributes)),
  }
}

/** The value of a `Cookie` header. */
export function parseCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 1) continue
    const name = trimBlanks(pair.slice(0, equals))
    // Browsers send the most specific path first; a later twin of the same name is not ours.
    if (!cookies.has(name)) cookies.set(name, trimBlanks(pair.slice(equals + 1)))
  }
  return cookies
}

/** Only these two are space in a header. */
function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}

/** One `Set-Cookie` value. */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes): string {
  const parts = [
    `${name}=${value}`,
    `Max-Age=${Math.floor(attributes.maxAge / 1000)}`,
    `Path=${attributes.path}`,
    `SameSite=${attributes.sameSite}`,
  ]
  if (attributes.httpOnly) parts.push('HttpOnly')
  if (attributes.secure) parts.push('Secure')
  return parts.join('; ')
}
