import { describe, expect, it } from 'vitest'
import * as presets from '../../src/presets.ts'

const none = {}

const inAuth = (path: string) => `/api/auth/${path}`
const directusPaths = ['/auth/login', '/auth/password/request', '/auth/password/reset', '/users/register']
const directusEnds = ['INVALID_PAYLOAD', 'INVALID_CREDENTIALS', 'USER_SUSPENDED']

const inDirectus = (mode: string, accessToken: unknown, ends: string[]) => ({
  refresh: {
    url: '/auth/refresh',
    body: { mode },
    csrf: false,
    accessToken,
    expiry: { path: 'data.expires', unit: 'ms' },
    refused: { status: [400, 401], code: { path: 'errors.0.extensions.code', only: ends } },
  },
  signOut: { url: '/auth/logout', body: { mode }, csrf: false, done: [400, 401] },
  shouldRefresh: { status: [401], code: { path: 'errors.0.extensions.code', only: ['TOKEN_EXPIRED'] } },
  exclude: directusPaths,
})

const inDjango = (root: string) => ({
  refresh: {
    url: `${root}token/refresh/`,
    csrf: { header: 'X-CSRFToken', cookie: 'csrftoken' },
    accessToken: 'access',
    expiry: { path: 'access_expiration', unit: 'iso' },
    refused: [401],
  },
  signOut: { url: `${root}logout/`, csrf: { header: 'X-CSRFToken', cookie: 'csrftoken' } },
  shouldRefresh: { status: [401], code: { path: 'code', only: ['token_not_valid'] } },
  exclude: ['login/', 'registration/', 'password/reset/', 'password/reset/confirm/'].map(
    (path) => root + path,
  ),
})

const flaskCsrf = { header: 'X-CSRF-TOKEN', cookie: 'csrf_refresh_token' }
const inFlask = (refresh: string, logout: string, login: string, accessToken: unknown, more: string[]) => ({
  refresh: {
    url: refresh,
    csrf: flaskCsrf,
    accessToken,
    refused: {
      status: [401, 422],
      code: {
        path: 'msg',
        except: [
          'Missing CSRF token',
          'Missing CSRF token in headers',
          'CSRF double submit tokens do not match',
          'Missing Authorization Header',
        ],
      },
    },
  },
  signOut: { url: logout, csrf: flaskCsrf },
  shouldRefresh: {
    status: [401],
    code: { path: 'msg', only: ['Token has expired', 'Token has been revoked', ...more] },
  },
  exclude: [login],
})

const inLaravel = (user: string, login: string, logout: string) => ({
  refresh: { url: user, method: 'GET', accessToken: false, subject: 'id', refused: [401] },
  signOut: { url: logout },
  csrf: {
    header: 'X-XSRF-TOKEN',
    cookie: 'XSRF-TOKEN',
    renewal: { url: '/sanctum/csrf-cookie', status: [419] },
  },
  exclude: ['/sanctum/csrf-cookie', login, '/register', '/forgot-password', '/reset-password'],
})

const inPayload = (collection: string, accessToken: unknown, more: object) => ({
  refresh: {
    url: `/api/${collection}/refresh-token`,
    csrf: false,
    accessToken,
    expiry: { path: 'exp', unit: 'unix' },
    subject: 'user.id',
    refused: [401, 403],
  },
  signOut: { url: `/api/${collection}/logout`, csrf: false, done: [400, 401] },
  scheme: 'JWT',
  exclude: ['login', 'forgot-password', 'reset-password'].map((path) => `/api/${collection}/${path}`),
  ...more,
})

const inSpring = (refresh: string, logout: string, login: string, accessToken: unknown) => ({
  refresh: { url: refresh, accessToken, refused: [400, 401] },
  signOut: { url: logout },
  csrf: { header: 'X-XSRF-TOKEN', cookie: 'XSRF-TOKEN' },
  exclude: [login],
})

const inOauth = (url: string, more: object) => ({
  refresh: {
    url,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=refresh_token',
    accessToken: 'access_token',
    expiry: { path: 'expires_in', unit: 's' },
    refused: expect.any(Function) as unknown,
  },
  ...more,
})

const inDuende = (path: string) => ({
  refresh: {
    url: `/${path}/user?slide=false`,
    method: 'GET',
    accessToken: false,
    expiry: { path: expect.any(Function) as unknown, unit: 's' },
    subject: expect.any(Function) as unknown,
    refused: [401],
  },
  csrf: { header: 'X-CSRF', value: '1' },
  refreshMargin: 0,
})

const inSuperTokens = (root: string) => ({
  refresh: {
    url: `${root}/session/refresh`,
    headers: { 'fdi-version': '1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0,4.1', 'st-auth-mode': 'cookie' },
    body: null,
    accessToken: false,
    expiry: { path: expect.any(Function) as unknown, unit: 'ms' },
    subject: expect.any(Function) as unknown,
    refused: { status: [401], code: { path: 'message', only: ['unauthorised', 'token theft detected'] } },
  },
  signOut: expect.any(Function) as unknown,
  csrf: { header: 'rid', value: 'anti-csrf' },
  shouldRefresh: { status: [401], code: { path: 'message', only: ['try refresh token'] } },
  exclude: ['signin', 'signup', 'user/password/reset/token', 'user/password/reset'].map(
    (path) => `${root}/${path}`,
  ),
})

const { directus, directusSession, djRestAuth, duendeBff, flaskJwtExtended, laravelSanctum } = presets
const { oauth, payload, referenceBackend, spring, strapi, superTokens } = presets
const flaskPaths = { refreshPath: 'a/refresh', signOutPath: '/a/logout', loginPath: '//a/login' }

describe('a preset', () => {
  it.each<[string, () => presets.Preset, object]>([
    ['directus', () => directus(), inDirectus('cookie', 'data.access_token', directusEnds)],
    [
      'directusSession',
      () => directusSession(),
      inDirectus('session', false, [...directusEnds, 'TOKEN_EXPIRED']),
    ],
    ['djRestAuth', () => djRestAuth(), inDjango('/api/auth/')],
    ['djRestAuth elsewhere', () => djRestAuth('/', { urls: 'a//' }), inDjango('/a/')],
    ['duendeBff', () => duendeBff(), inDuende('bff')],
    ['duendeBff elsewhere', () => duendeBff('/', { managementPath: '/a/b//' }), inDuende('a/b')],
    [
      'flaskJwtExtended',
      () => flaskJwtExtended(),
      inFlask('/refresh', '/logout', '/login', 'access_token', []),
    ],
    [
      'flaskJwtExtended elsewhere',
      () => flaskJwtExtended('/', flaskPaths),
      inFlask('/a/refresh', '/a/logout', '/a/login', 'access_token', []),
    ],
    [
      'flaskJwtExtended with cookies only',
      () => flaskJwtExtended('/', { cookieOnly: true }),
      {
        ...inFlask('/refresh', '/logout', '/login', false, ['Missing cookie "access_token_cookie"']),
        csrf: { header: 'X-CSRF-TOKEN', cookie: 'csrf_access_token' },
      },
    ],
    ['laravelSanctum', () => laravelSanctum(), inLaravel('/api/user', '/login', '/logout')],
    [
      'laravelSanctum elsewhere',
      () => laravelSanctum('/', { userPath: 'a', loginPath: 'b', signOutPath: 'c' }),
      inLaravel('/a', '/b', '/c'),
    ],
    ['oauth', () => oauth(), inOauth('/oauth/token', none)],
    [
      'oauth elsewhere, with a sign-out',
      () => oauth('/', { tokenPath: 'token', signOutPath: 'revoke' }),
      inOauth('/token', { signOut: { url: '/revoke' } }),
    ],
    ['payload', () => payload(), inPayload('users', ['refreshedToken', 'token'], none)],
    [
      'payload with other options',
      () => payload('/', { collection: 'staff', cookieOnly: true, refreshOnForbidden: true }),
      inPayload('staff', false, { shouldRefresh: { status: [401, 403] } }),
    ],
    [
      'referenceBackend',
      () => referenceBackend(),
      {
        refresh: { url: '/auth/refresh', refused: [401] },
        signOut: { url: '/auth/logout' },
        csrf: { header: 'X-Silent-Refresh', value: '1' },
        exclude: ['login', 'sign-up', 'password/reset-request', 'password/reset'].map((at) => `/auth/${at}`),
        hintCookie: 'sr_hint',
      },
    ],
    [
      'spring',
      () => spring(),
      inSpring('/api/auth/refresh', '/api/auth/logout', '/api/auth/login', 'accessToken'),
    ],
    [
      'spring elsewhere, with cookies only',
      () => spring('/', { refreshPath: 'a', signOutPath: 'b', loginPath: 'c', cookieOnly: true }),
      inSpring('/a', '/b', '/c', false),
    ],
    [
      'strapi',
      () => strapi(),
      {
        refresh: {
          url: '/api/auth/refresh',
          headers: { 'x-strapi-refresh-cookie': 'httpOnly' },
          csrf: false,
          accessToken: 'jwt',
          refused: [400, 401],
        },
        signOut: expect.any(Function),
        exclude: ['local', 'local/register', 'forgot-password', 'reset-password'].map(inAuth),
      },
    ],
    ['superTokens', () => superTokens(), inSuperTokens('/auth')],
    ['superTokens elsewhere', () => superTokens('/', { apiBasePath: 'a//' }), inSuperTokens('/a')],
  ])('%s knows its backend', (_, make, options) => {
    expect(make()).toStrictEqual(options)
  })
})
