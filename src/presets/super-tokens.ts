import { leaveWithToken, mountAt, type Preset } from './preset.ts'

/** Options of {@link superTokens}. */
export interface SuperTokensOptions {
  /** `apiBasePath` of the backend's SDK, below `base`. @default 'auth' */
  apiBasePath?: string | undefined
}

// As its own SDK puts them.
const versions = '1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0,4.1'

/**
 * SuperTokens (backend SDKs with FDI 1.16 to 4.1) with sessions in cookies. SuperTokens recommends its own
 * `supertokens-web-js` or `supertokens-auth-react`, which know all of its protocol; this is for who wants one client
 * for everything.
 *
 * - JavaScript sees no token. Your login has to ask for cookies with the header `st-auth-mode: cookie`.
 * - Its login answers 200 also to a wrong password: look at `status` in the body, and throw unless it is `OK`.
 * - Every request to the page's own and the allowed origins carries `rid: anti-csrf`, which satisfies the `antiCsrf`
 *   setting `VIA_CUSTOM_HEADER`. `VIA_TOKEN` is not covered.
 * - For another origin your requests need `credentials: 'include'`, or axios's `withCredentials`.
 * - The life of the token is read from the answer's header `front-token`, which SuperTokens exposes to other origins.
 * - 401 `try refresh token` starts a refresh; 401 `unauthorised` and 403 `invalid claim` are passed on. The refresh
 *   ends the session with 401 `unauthorised` or `token theft detected`.
 * - SuperTokens signs out only who has a valid access token, hence `signOut` is a function, which refreshes first if
 *   it has to.
 *
 * Source: SuperTokens docs, "Session management"; the source of `supertokens-website` 20 and `supertokens-node`.
 *
 * @param base where the API answers (`apiDomain`): `/`, a path, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...superTokens('https://api.example.com') })
 * await session.signIn(async () => {
 *   const answer = await fetch('https://api.example.com/auth/signin', {
 *     method: 'POST',
 *     headers: { 'Content-Type': 'application/json', rid: 'anti-csrf', 'st-auth-mode': 'cookie' },
 *     body,
 *     credentials: 'include',
 *   })
 *   const { status } = (await answer.clone().json()) as { status?: string }
 *   if (status !== 'OK') throw new Error(status)
 *   return answer
 * })
 */
export function superTokens(
  base: string | URL = '/',
  { apiBasePath = 'auth' }: SuperTokensOptions = {},
): Preset {
  const { at, origins } = mountAt(base)
  const inApi = (path: string) => at(`${apiBasePath.replace(/\/+$/, '')}/${path}`)
  const url = inApi('session/refresh')
  const csrf = { header: 'rid', value: 'anti-csrf' }
  const headers = { 'fdi-version': versions, 'st-auth-mode': 'cookie' }
  const post = (target: string) =>
    fetch(target, {
      method: 'POST',
      headers: { Accept: 'application/json', [csrf.header]: csrf.value, ...headers },
      credentials: 'include',
      keepalive: true,
    })
  const leaving = {
    leave: () => post(inApi('signout')),
    refresh: () => post(url),
    readToken: async () => null,
  }
  return {
    refresh: {
      url,
      headers,
      body: null,
      accessToken: false,
      expiry: { path: lifetimeIn, unit: 'ms' },
      subject: (_body, headers) => frontToken(headers).uid,
      refused: { status: [401], code: { path: 'message', only: ['unauthorised', 'token theft detected'] } },
    },
    signOut: () => leaveWithToken(leaving, null),
    csrf,
    shouldRefresh: { status: [401], code: { path: 'message', only: ['try refresh token'] } },
    exclude: ['signin', 'signup', 'user/password/reset/token', 'user/password/reset'].map(inApi),
    ...origins,
  }
}

interface FrontToken {
  readonly uid?: string
  /** The moment of its expiry. */
  readonly ate: number
  /** The claims of the token, and with them the moment of its issue. */
  readonly up?: { readonly iat?: number }
}

function frontToken(headers: Headers): FrontToken {
  return JSON.parse(atob(headers.get('front-token') ?? '')) as FrontToken
}

function lifetimeIn(_body: unknown, headers: Headers): number {
  const { ate, up } = frontToken(headers)
  return ate - (up?.iat === undefined ? Date.parse(headers.get('Date') ?? '') : up.iat * 1000)
}
