import type { TokenProblem } from '../session/access-check.ts'

/** The stable names of what can go wrong; clients branch on these, never on the title. */
const titles = {
  account_disabled: 'This account has been disabled',
  body_too_large: 'The body is too large',
  csrf: 'This request did not come from the application',
  email_taken: 'There is an account with this email already',
  https_required: 'Passwords and cookies go over https only',
  internal_error: 'Something broke on the server',
  invalid_credentials: 'Unknown email or wrong password',
  invalid_email: 'This is no email address',
  invalid_json: 'The body is not JSON',
  invalid_request: 'The request is not what this endpoint expects',
  invalid_reset_token: 'This way to a new password is unknown, used or expired',
  method_not_allowed: 'This endpoint has no such method',
  no_session: 'There is no session',
  not_found: 'There is nothing here',
  rate_limited: 'Too many requests: try again later',
  refresh_reused: 'A spent refresh token came back: the session is revoked',
  session_expired: 'The session has expired',
  session_revoked: 'The session has been revoked',
  token_expired: 'The access token has expired',
  token_invalid: 'The access token is not valid',
  token_missing: 'An access token is required',
  token_revoked: 'The access token has been revoked',
  unavailable: 'The server cannot answer at the moment',
  weak_password: 'The password is too short, or one that everybody tries first',
}

export type ProblemCode = keyof typeof titles

/** An error answer after RFC 9457. */
export function problem(status: number, code: ProblemCode, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ title: titles[code], status, code }), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  })
}

/** 429 with the time to wait, rounded up to the seconds that the header knows. */
export function tooMany(retryAfter: number): Response {
  return problem(429, 'rate_limited', { 'retry-after': String(Math.ceil(retryAfter / 1000)) })
}

const descriptions = { token_expired: 'expired', token_invalid: 'invalid', token_revoked: 'revoked' }

/** The value of `WWW-Authenticate` after RFC 6750: no `error` where there were no credentials. */
export function describeChallenge(code: TokenProblem): string {
  const error =
    code === 'token_missing' ? '' : `, error="invalid_token", error_description="${descriptions[code]}"`
  return `Bearer realm="api"${error}`
}

/** The 401 of the API. */
export function challenge(code: TokenProblem): Response {
  return problem(401, code, { 'www-authenticate': describeChallenge(code) })
}
