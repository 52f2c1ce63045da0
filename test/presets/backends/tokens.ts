/** One pair of tokens, of one user. */
export interface Pair {
  readonly access: string
  readonly refresh: string
  /** In epoch milliseconds. */
  readonly issuedAt: number
  readonly end: number
}

/** What a backend knows of its tokens, however it writes them. */
export interface Tokens {
  grant(): Pair
  /** Exchanges a refresh token, which is spent then. */
  rotate(refresh: string | undefined): Pair | undefined
  judge(access: string | undefined): 'missing' | 'unknown' | 'expired' | 'good'
  /** All that belongs to the user is void. */
  revoke(): void
  expire(): void
}

export function createTokens(
  now: () => number,
  lifetime: number,
  mint: (issuedAt: number, end: number) => string = () => crypto.randomUUID(),
): Tokens {
  const ends = new Map<string, number>()
  const alive = new Set<string>()

  function grant(): Pair {
    const issuedAt = now()
    const end = issuedAt + lifetime
    const pair = { access: mint(issuedAt, end), refresh: crypto.randomUUID(), issuedAt, end }
    ends.set(pair.access, end)
    alive.add(pair.refresh)
    return pair
  }

  return {
    grant,
    rotate: (refresh) => (refresh !== undefined && alive.delete(refresh) ? grant() : undefined),
    judge(access) {
      if (access === undefined) return 'missing'
      const end = ends.get(access)
      if (end === undefined) return 'unknown'
      return end <= now() ? 'expired' : 'good'
    },
    revoke() {
      ends.clear()
      alive.clear()
    },
    expire() {
      for (const access of ends.keys()) ends.set(access, 0)
    },
  }
}

/** A JWT in whole seconds. */
export const inSeconds = (issuedAt: number, end: number): { iat: number; exp: number } => ({
  iat: Math.floor(issuedAt / 1000),
  exp: Math.floor(end / 1000),
})

/** What an `Authorization` header carries. */
export function bearerOf(headers: Headers, scheme = 'Bearer'): string | undefined {
  const [given, token] = headers.get('Authorization')?.split(' ') ?? []
  return given === scheme ? token : undefined
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers })
