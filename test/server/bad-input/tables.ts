import type { BadInput } from './bad-input.ts'
import { bodyRows } from './body-rows.ts'
import { cookieRows } from './cookie-rows.ts'
import { credentialRows } from './credential-rows.ts'
import { headerRows } from './header-rows.ts'
import { methodRows } from './method-rows.ts'
import { pathRows } from './path-rows.ts'
import { tokenContentRows } from './token-content-rows.ts'
import { tokenSchemeRows } from './token-scheme-rows.ts'

export const tables: [kind: string, rows: BadInput[]][] = [
  ['Authorization header', tokenSchemeRows],
  ['access token', tokenContentRows],
  ['cookie', cookieRows],
  ['body', bodyRows],
  ['email, password or reset token', credentialRows],
  ['header', headerRows],
  ['method', methodRows],
  ['path', pathRows],
]
