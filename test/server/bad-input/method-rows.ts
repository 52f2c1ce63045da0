import { bad, type Sent } from './bad-input.ts'
import type { SignedIn } from './signed-in.ts'

const posts = [
  'login',
  'refresh',
  'logout',
  'logout-all',
  'sign-up',
  'password/change',
  'password/reset-request',
  'password/reset',
].map((name) => `/auth/${name}`)

function send(user: SignedIn, method: string, path: string): Sent {
  const { headers } = user.logoutAll()
  const bodiless = ['GET', 'HEAD', 'TRACE'].includes(method.toUpperCase())
  return { method, path, headers, ...(!bodiless && { body: '{}' }) }
}

const known = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY', 'PURGE', 'LINK']
/** node:http knows its methods, and the letters they are written in. */
const unknown = ['FOO', 'POSTED', 'get', 'Delete', 'X-POST']

export const methodRows = [
  ...known.flatMap((method) =>
    posts.map((path) =>
      bad(`${method} ${path}`, 405, 'method_not_allowed', (user) => send(user, method, path)),
    ),
  ),
  ...unknown.map((method) =>
    bad(
      `the method ${method}`,
      405,
      'method_not_allowed',
      (user) => posts.map((path) => send(user, method, path)),
      {
        wire: 'refused',
      },
    ),
  ),
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'].map((method) =>
    bad(`${method} /auth/sessions`, 405, 'method_not_allowed', (user) =>
      send(user, method, '/auth/sessions'),
    ),
  ),
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'QUERY'].map((method) =>
    bad(`${method} of one session`, 405, 'method_not_allowed', (user) =>
      send(user, method, `/auth/sessions/${user.claims.sid}`),
    ),
  ),
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'].map((method) =>
    bad(`${method} of what can only be read`, 404, 'not_found', (user) =>
      ['/api/me', '/api/items', '/api/public', '/.well-known/jwks.json'].map((path) =>
        send(user, method, path),
      ),
    ),
  ),
  ...['GET', 'HEAD', 'QUERY', 'PROPFIND'].map((method) =>
    bad(`${method} /api/echo`, 404, 'not_found', (user) => send(user, method, '/api/echo')),
  ),
]
