import { hashToken } from '../../../demo/server/session/refresh-tokens.ts'
import { bad } from './bad-input.ts'
import type { SignedIn } from './signed-in.ts'

const email = 'demo@example.com'
const password = 'correct horse'

const noText: Record<string, unknown> = {
  missing: undefined,
  null: null,
  'a number': 1,
  true: true,
  'an array': ['demo@example.com'],
  'an object': { $gt: '' },
  'an object that claims to be text': { toString: 'demo@example.com', length: 3 },
}

const wrongEmails: Record<string, string> = {
  'an empty email': '',
  'an unknown email': 'nobody@example.com',
  'an email with a line break inside': 'demo@\nexample.com',
  'an email with a header after it': 'demo@example.com\r\nBcc: eve@evil.example',
  'two emails with a comma': 'demo@example.com,second@example.com',
  'two emails with a blank': 'demo@example.com second@example.com',
  'an email in angle brackets': '<demo@example.com>',
  'an email in quotes': '"demo@example.com"',
  'an email that is SQL': "' OR '1'='1' --",
  'an email with SQL after it': "demo@example.com' --",
  'a pattern of SQL': '%@example.com',
  'an email in fullwidth letters': '\uff44\uff45\uff4d\uff4f@example.com',
  'an email with a Cyrillic letter': 'd\u0435mo@example.com',
  'an email with a combining accent': 'de\u0301mo@example.com',
  'an email with a zero width space': 'demo\u200b@example.com',
  'an email from right to left': '\u202edemo@example.com',
  'an email with a soft hyphen': 'de\u00admo@example.com',
  'an email with a tag': 'demo+tag@example.com',
  'an email with a dot at the end': 'demo@example.com.',
  'an email with a percent-encoded at-sign': 'demo%40example.com',
  'the email __proto__': '__proto__',
  'the email constructor': 'constructor',
}

const wrongPasswords: Record<string, string> = {
  'an empty password': '',
  'a password with a blank in front': ` ${password}`,
  'a password with a blank at the end': `${password} `,
  'a password with a line break at the end': `${password}\n`,
  'a password in capitals': password.toUpperCase(),
  'a password in fullwidth letters': '\uff43orrect horse',
  'a password with a no-break space': 'correct\u00a0horse',
  'a password of 1,024 characters': 'p'.repeat(1024),
  'a password of SQL': "' OR '1'='1",
  'a password with a wildcard': '*',
  'the hash of a password': '$pbkdf2-sha256$i=1$c2FsdA$aGFzaA',
}

const badNewEmails: Record<string, string> = {
  nothing: '',
  blanks: '   ',
  'no at-sign': 'demo.example.com',
  'two at-signs': 'a@b@example.com',
  'nothing before the at-sign': '@example.com',
  'nothing after the at-sign': 'demo@',
  'an at-sign alone': '@',
  'a blank inside': 'de mo@example.com',
  'a line break inside': 'de\nmo@example.com',
  'a header after it': 'new@example.com\r\nBcc: eve@evil.example',
  'a line separator inside': 'de\u2028mo@example.com',
  'an escape sequence': '\u001b[31mred@example.com',
  'a zero width space': 'demo\u200b@example.com',
  'an override of the direction': '\u202edemo@example.com',
  'a private character': '\ue000@example.com',
  'a name and angle brackets': 'Demo <new@example.com>',
  'angle brackets and no blank': 'new<demo@example.com>',
  'a comma': 'new,demo@example.com',
  'a semicolon': 'new;demo@example.com',
}

const weak = ['', 'short', 'seven77', '\ud83d\ude00'.repeat(7)]

const wrongResetTokens: Record<string, (user: SignedIn) => string | Promise<string>> = {
  'the refresh token': ({ refreshToken }) => refreshToken,
  'the access token': ({ accessToken }) => accessToken.slice(0, 128),
  'the hash of a refresh token': ({ othersHash }) => othersHash,
  'the hash of the right one': ({ resetToken }) => hashToken(resetToken),
  'the right one in capitals': ({ resetToken }) => resetToken.toUpperCase(),
  'the right one with a blank after it': ({ resetToken }) => `${resetToken} `,
  'the right one with a line break after it': ({ resetToken }) => `${resetToken}\n`,
  'the right one with padding': ({ resetToken }) => `${resetToken}=`,
  'the right one without its end': ({ resetToken }) => resetToken.slice(0, -1),
  'the right one in quotes': ({ resetToken }) => `"${resetToken}"`,
}

/** No database takes a NUL, and encoded as UTF-8 all lone surrogates are the same. */
const unstorable = [`${email}\0`, `\0${email}`, 'demo\0@example.com', '\0', '\ud800', 'd\udc00mo@example.com']

export const credentialRows = [
  ...Object.entries(noText).flatMap(([name, value]) => [
    bad(`an email that is no text: ${name}`, 400, 'invalid_request', (user) => [
      user.login({ email: value, password }),
      user.post('/auth/sign-up', { email: value, password: 'battery staple' }),
      user.post('/auth/password/reset-request', { email: value }),
    ]),
    bad(`a password that is no text: ${name}`, 400, 'invalid_request', (user) => [
      user.login({ email, password: value }),
      user.post('/auth/sign-up', { email: 'new@example.com', password: value }),
      user.post('/auth/password/reset', { token: 'x', password: value }),
      user.changePassword({}, JSON.stringify({ current_password: password, new_password: value })),
      user.changePassword({}, JSON.stringify({ current_password: value, new_password: 'battery staple' })),
    ]),
    bad(`a reset token that is no text: ${name}`, 400, 'invalid_request', (user) =>
      user.post('/auth/password/reset', { token: value, password: 'battery staple' }),
    ),
  ]),
  ...Object.entries(wrongEmails).map(([name, value]) =>
    bad(
      `signing in with ${name}`,
      401,
      'invalid_credentials',
      (user) => user.login({ email: value, password }),
      {
        audited: 'login_failed',
      },
    ),
  ),
  ...Object.entries(wrongPasswords).map(([name, value]) =>
    bad(
      `signing in with ${name}`,
      401,
      'invalid_credentials',
      (user) => user.login({ email, password: value }),
      {
        audited: 'login_failed',
      },
    ),
  ),
  ...Object.entries(wrongPasswords).map(([name, value]) =>
    bad(
      `changing the password with ${name}`,
      403,
      'invalid_credentials',
      (user) =>
        user.changePassword({}, JSON.stringify({ current_password: value, new_password: 'battery staple' })),
      { audited: 'login_failed' },
    ),
  ),
  bad(
    'the right email named first, a wrong one after it',
    401,
    'invalid_credentials',
    (user) => user.login(`{"email":"${email}","password":"${password}","email":"nobody@example.com"}`),
    { audited: 'login_failed' },
  ),
  ...unstorable.map((text) =>
    bad(`a text that cannot be stored as it is: ${JSON.stringify(text)}`, 400, 'invalid_request', (user) => [
      user.login({ email: text, password }),
      user.login({ email, password: text }),
      user.post('/auth/sign-up', { email: text, password: 'battery staple' }),
      user.post('/auth/sign-up', { email: 'new@example.com', password: text }),
      user.post('/auth/password/reset-request', { email: text }),
      user.post('/auth/password/reset', { token: text, password: 'battery staple' }),
      user.changePassword({}, JSON.stringify({ current_password: text, new_password: 'battery staple' })),
    ]),
  ),
  bad('an email of 255 characters', 400, 'invalid_request', (user) => [
    user.login({ email: `${'d'.repeat(243)}@example.com`, password }),
    user.post('/auth/sign-up', { email: `${'d'.repeat(243)}@example.com`, password: 'battery staple' }),
    user.post('/auth/password/reset-request', { email: `${'d'.repeat(243)}@example.com` }),
  ]),
  bad('a password of 1,025 characters', 400, 'invalid_request', (user) => [
    user.login({ email, password: 'p'.repeat(1025) }),
    user.post('/auth/sign-up', { email: 'new@example.com', password: 'p'.repeat(1025) }),
    user.post('/auth/password/reset', { token: 'x', password: 'p'.repeat(1025) }),
    user.changePassword({}, JSON.stringify({ current_password: password, new_password: 'p'.repeat(1025) })),
  ]),
  ...Object.entries(badNewEmails).map(([name, value]) =>
    bad(`signing up with an email of ${name}`, 400, 'invalid_email', (user) =>
      user.post('/auth/sign-up', { email: value, password: 'battery staple' }),
    ),
  ),
  bad('signing up with an email that is taken', 409, 'email_taken', (user) =>
    [email, ` ${email} `, email.toUpperCase()].map((value) =>
      user.post('/auth/sign-up', { email: value, password: 'battery staple' }),
    ),
  ),
  ...weak.map((value) =>
    bad(`a new password that is too short: "${value}"`, 400, 'weak_password', (user) => [
      user.post('/auth/sign-up', { email: 'new@example.com', password: value }),
      user.post('/auth/password/reset', { token: 'x', password: value }),
      user.changePassword({}, JSON.stringify({ current_password: password, new_password: value })),
    ]),
  ),
  ...['', 'x', 'A'.repeat(43), "' OR '1'='1", 'x'.repeat(128)].map((token) =>
    bad(`the reset token ${JSON.stringify(token).slice(0, 50)}`, 400, 'invalid_reset_token', (user) =>
      user.post('/auth/password/reset', { token, password: 'battery staple' }),
    ),
  ),
  bad('a reset token of 129 characters', 400, 'invalid_request', (user) =>
    user.post('/auth/password/reset', { token: 'x'.repeat(129), password: 'battery staple' }),
  ),
  ...Object.entries(wrongResetTokens).map(([name, token]) =>
    bad(`as reset token ${name}`, 400, 'invalid_reset_token', async (user) =>
      user.post('/auth/password/reset', { token: await token(user), password: 'battery staple' }),
    ),
  ),
  bad('the right reset token with a password that is too short', 400, 'weak_password', (user) =>
    user.post('/auth/password/reset', { token: user.resetToken, password: 'short' }),
  ),
]
