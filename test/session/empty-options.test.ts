import { describe, expect, it } from 'vitest'
import { checkSessionOptions } from '../../src/session/check-options.ts'
import type { SessionOptions } from '../../src/session/options.ts'

describe('an option that cannot work is refused', () => {
  const url = '/auth/refresh'
  it.each<[string, Partial<SessionOptions>]>([
    ['refresh.accessToken', { refresh: { url, accessToken: [] } }],
    ['refresh.accessToken', { refresh: { url, accessToken: '' } }],
    ['refresh.expiry.path', { refresh: { url, expiry: { path: '', unit: 's' } } }],
    ['refresh.subject', { refresh: { url, subject: '' } }],
    ['refresh.csrf.cookie', { refresh: { url, csrf: { header: 'X', cookie: '' } } }],
  ])('%s: %o', (name, options) => {
    expect(() => checkSessionOptions({ refresh: url, ...options })).toThrow(
      new RegExp(`"${name.replaceAll('.', '\\.')}"`),
    )
  })
})
