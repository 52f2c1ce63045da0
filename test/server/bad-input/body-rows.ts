import { gzipSync } from 'node:zlib'
import { bad } from './bad-input.ts'

const email = 'demo@example.com'
const password = 'correct horse'
const good = JSON.stringify({ email, password })
const bytes = (encoding: BufferEncoding, text = good) => new Uint8Array(Buffer.from(text, encoding))

/** What needs an object takes none of these, whatever it is for. */
const readers = ['login', 'sign-up', 'password/change', 'password/reset-request', 'password/reset']

const noJson: Record<string, string | Uint8Array<ArrayBuffer>> = {
  'an empty body': '',
  'a body of blanks': ' \r\n\t ',
  'a word': 'nonsense',
  'a form': 'email=demo%40example.com&password=correct+horse',
  'a multipart form': `--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n${email}\r\n--x--\r\n`,
  XML: `<login><email>${email}</email></login>`,
  YAML: `email: ${email}\npassword: ${password}`,
  'an object that is cut off': good.slice(0, -1),
  'a string that is cut off': good.slice(0, -2),
  'an object after the object': good + good,
  'a word after the object': `${good}x`,
  'a NUL after the object': `${good}\0`,
  'a NUL before the object': `\0${good}`,
  'a comma too many': good.replace('}', ',}'),
  'single quotes': good.replaceAll('"', "'"),
  'names without quotes': `{email:"${email}",password:"${password}"}`,
  'a comment': `/* sign in */${good}`,
  'a guard against hijacking': `)]}',\n${good}`,
  'a line break inside a string': good.replace('correct ', 'correct\n'),
  'an unknown escape': good.replace('correct', '\\x63orrect'),
  'a cut escape': '{"email":"\\u00"}',
  NaN: '{"email":NaN,"password":NaN}',
  'the word undefined': 'undefined',
  'a hexadecimal number': '{"email":0x10}',
  'UTF-16': bytes('utf16le'),
  'UTF-16 with a byte order mark': bytes('utf16le', `\ufeff${good}`),
  'Latin-1 above ASCII': bytes('latin1', good.replace('demo', 'd\u00e9mo')),
  'a lone continuation byte': bytes('latin1', good.replace('demo', 'dem\u0080')),
  'an overlong encoding': bytes('latin1', good.replace('@', '\u00c1\u0080')),
  'a surrogate in UTF-8': bytes('latin1', good.replace('demo', '\u00ed\u00a0\u0080')),
  'a cut character in UTF-8': bytes('latin1', `${good.slice(0, -3)}\u00f0\u009f`),
  'two byte order marks': `\ufeff\ufeff${good}`,
  gzip: new Uint8Array(gzipSync(good)),
  'arrays nested 8,000 deep that never end': '['.repeat(8000),
}

const noObject: Record<string, string> = {
  null: 'null',
  true: 'true',
  'a number': '42',
  'a number beyond all': '1e400',
  'a string': '"demo@example.com"',
  'an object in a string': JSON.stringify(good),
  'an empty array': '[]',
  'an array with the object': `[${good}]`,
  'an array of pairs': `[["email","${email}"],["password","${password}"]]`,
  'arrays nested 8,000 deep': '['.repeat(8000) + ']'.repeat(8000),
  'an empty object': '{}',
  'objects nested 2,000 deep': `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`,
  'what it wants behind __proto__': `{"__proto__":${good}}`,
  'what it wants behind constructor': `{"constructor":{"prototype":${good}}}`,
  'what it wants one level down': `{"data":${good}}`,
  'names in capitals': '{"EMAIL":"demo@example.com","PASSWORD":"correct horse","TOKEN":"x"}',
  'names with a blank': '{"email ":"demo@example.com","password ":"correct horse","token ":"x"}',
}

const encoded = { gzip: gzipSync(good), 'x-gzip': gzipSync(good) }

export const bodyRows = [
  ...Object.entries(noJson).map(([name, body]) =>
    bad(`a body that is no JSON: ${name}`, 400, 'invalid_json', (user) =>
      readers.map((path) =>
        user.post(`/auth/${path}`, body, { authorization: `Bearer ${user.accessToken}` }),
      ),
    ),
  ),
  ...Object.entries(noObject).map(([name, body]) =>
    bad(`a body that is JSON and not enough: ${name}`, 400, 'invalid_request', (user) =>
      readers.map((path) =>
        user.post(`/auth/${path}`, body, { authorization: `Bearer ${user.accessToken}` }),
      ),
    ),
  ),
  ...Object.entries(encoded).map(([encoding, body]) =>
    bad(`a body compressed with ${encoding}, and said so`, 400, 'invalid_json', (user) =>
      user.login(new Uint8Array(body), { 'content-encoding': encoding }),
    ),
  ),
  bad('a body of 16 KiB and one byte', 413, 'body_too_large', (user) =>
    ['refresh', 'logout', 'logout-all', ...readers].map((path) =>
      user.post(`/auth/${path}`, good.padEnd(16 * 1024 + 1), { authorization: `Bearer ${user.accessToken}` }),
    ),
  ),
  bad('a body of a megabyte', 413, 'body_too_large', (user) =>
    ['refresh', 'logout', 'logout-all', ...readers].map((path) =>
      user.post(`/auth/${path}`, good.padEnd(2 ** 20), { authorization: `Bearer ${user.accessToken}` }),
    ),
  ),
  bad('a string of a megabyte', 413, 'body_too_large', (user) =>
    readers.map((path) => user.post(`/auth/${path}`, { email: 'x'.repeat(2 ** 20), password, token: 'x' })),
  ),
  bad('an echo of 4 MiB and one byte', 413, 'body_too_large', (user) => ({
    method: 'POST',
    path: '/api/echo',
    headers: { authorization: `Bearer ${user.accessToken}` },
    body: 'x'.repeat(4 * 2 ** 20 + 1),
  })),
]
