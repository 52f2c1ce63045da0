/** RFC 9110 section 11.6.1: a list of schemes, each with its parameters. Only scheme and `error` matter here. */
interface Challenge {
  readonly scheme: string
  readonly error: string | undefined
}

function readChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; error: string | undefined }[] = []
  // Either `name=value` of the challenge at hand, or the name of a new scheme; else a word that is neither, taken whole: trying
  // again from each of its letters would take time that grows with the square of its length.
  const item =
    /([\w!#$%&'*+.^`|~-]+)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|(?=$|[\s,]))|[\w!#$%&'*+.^`|~-]+/g
  for (const [, name, quoted, bare] of header.matchAll(item)) {
    if (name === undefined) continue
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), error: undefined })
    else if (name.toLowerCase() === 'error') {
      const last = challenges.at(-1)
      if (last) last.error = value
    }
  }
  return challenges
}

// A new token would not help: RFC 6750 section 3.1, RFC 9470 section 3, RFC 9449 section 8.
const notExpiry = ['insufficient_scope', 'insufficient_user_authentication', 'use_dpop_nonce']

/**
 * Whether a 401's `WWW-Authenticate` allows for "the access token has expired". A missing header does (other origins
 * must expose it to be read), and so does a Bearer challenge without `error`: not every backend names one.
 */
export function isExpiryChallenge(header: string | null | undefined, scheme: string): boolean {
  if (!header) return true
  const ours = readChallenges(header).filter(
    (each) => each.scheme === 'bearer' || each.scheme === scheme.toLowerCase(),
  )
  return ours.length > 0 && !ours.some((each) => each.error !== undefined && notExpiry.includes(each.error))
}
