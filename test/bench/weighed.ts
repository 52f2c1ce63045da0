/** What a feature consists of: whole files, so that what it has in others is not among it. */
export const features: readonly { readonly name: string; readonly modules: readonly RegExp[] }[] = [
  {
    name: 'one session in all tabs: messages, turns, leases, notes for the next tab',
    modules: [
      /session\/(tabs|tab-message|hearing|company|coordination|stamp|shared-token)\.ts$/,
      /session\/(cookie-lock|cookie-note|cookie-turns|lease)\.ts$/,
      /browser\/(channel|locks|storage)\.ts$/,
    ],
  },
  { name: 'checking all options, with a message for each', modules: [/session\/check-options\.ts$/] },
  {
    name: 'the refresh call and what its answer means',
    modules: [
      /session\/(refresh-call|refresh-outcome|token-response|endpoint|refresh-flight|landing)\.ts$/,
      /session\/(ruling|back-off|refresh-function)\.ts$/,
    ],
  },
  { name: 'the fetch client', modules: [/clients\/fetch(-request)?\.ts$/] },
  { name: 'the axios client', modules: [/clients\/axios(-\w+)?\.ts$/] },
  { name: 'signing in and out in order', modules: [/session\/sign-(in|out|out-call)\.ts$/] },
  {
    name: 'what an expired token looks like',
    modules: [/session\/(challenge|expiry-rule|answer-rule|answer)\.ts$/],
  },
  { name: 'to which URLs the token goes', modules: [/session\/destination\.ts$/] },
  { name: 'CSRF headers', modules: [/session\/csrf\.ts$/] },
  { name: 'reading the expiry of JWTs (jwt-decode)', modules: [/^jwt-decode\//] },
  { name: 'events of requests', modules: [/session\/request-news\.ts$/, /clients\/held-back\.ts$/] },
]

/** What an app imports of them to have a token refreshed; axios is in none of the weights. */
export const peers: readonly { readonly package: string; readonly code: string; readonly covers: string }[] =
  [
    {
      package: 'axios-auth-refresh',
      code: `export { createAuthRefresh } from 'axios-auth-refresh'`,
      covers: 'the retry after a 401',
    },
    {
      package: 'axios-jwt',
      code: `export { applyAuthTokenInterceptor, clearAuthTokens, isLoggedIn, setAuthTokens } from 'axios-jwt'`,
      covers: 'the refresh ahead of expiry, and the storage',
    },
    {
      package: 'token-refresh',
      code: `export { installAuthRefresh, setAuthHeaders } from 'token-refresh'`,
      covers: 'the retry after a 401',
    },
    {
      package: 'axios-refresh-sync',
      code: `export { createRefreshManager } from 'axios-refresh-sync'`,
      covers: 'retry, timer, and the storage event of other tabs',
    },
    {
      package: 'fetch-extras',
      code: `export { pipeline, withHeaders, withTokenRefresh } from 'fetch-extras'`,
      covers: 'the retry after a 401',
    },
    {
      package: 'ky',
      code: `export { default } from 'ky'`,
      covers: 'a whole client; the refresh is a hook of the app',
    },
    {
      package: 'alova',
      code: `export { createAlova } from 'alova'
      export { createServerTokenAuthentication } from 'alova/client'
      export { default as adapterFetch } from 'alova/fetch'`,
      covers: 'a whole client with token authentication',
    },
    {
      package: 'supertokens-website',
      code: `export { default } from 'supertokens-website'`,
      covers: 'sessions of its own backend, in all tabs',
    },
  ]
