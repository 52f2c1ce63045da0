import { describe, expect, it } from 'vitest'
import { urlOf } from '../../src/clients/axios-url.ts'
import { isTokenText, readJwt } from '../../src/session/access-token.ts'
import { isExpiryChallenge } from '../../src/session/challenge.ts'
import { checkSessionOptions } from '../../src/session/check-options.ts'
import { createDestination } from '../../src/session/destination.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { ownPath } from '../../src/session/own-property.ts'
import { readTabMessage } from '../../src/session/tab-message.ts'
import { readTokenResponse } from '../../src/session/token-response.ts'
import { growthOf } from './growth.ts'
import { patience } from './seed.ts'

const { mayCarryToken } = createDestination(
  { origins: [], exclude: [], ownUrls: [] },
  {
    baseUrl: () => 'https://app.test/',
    origin: 'https://app.test',
    readCookie: () => undefined,
    cookiesLanded: async () => {},
    isEmbedded: () => false,
  },
)

const quiet = (work: () => unknown) => () => {
  try {
    work()
  } catch {}
}

/** The text again and again, up to the length, with something at its end that makes the reader turn back. */
const repeated =
  (text: string, end = '') =>
  (length: number) =>
    text.repeat(length / text.length) + end

const readers: Record<string, (text: string) => unknown> = {
  'a challenge': (text) => isExpiryChallenge(text, 'Bearer'),
  // Another one in between: the last answer is kept.
  'a URL': (text) => mayCarryToken('/') && mayCarryToken(text),
  'a URL of axios': (url) => urlOf({ url, baseURL: url } as never),
  'a token': isTokenText,
  'a JWT': (text) => readJwt(text),
  'a path': (text) => ownPath({ a: { a: 1 } }, text),
  'an answer': (text) => readTokenResponse({ access_token: text, expires_in: text }, {}),
  'a message': (value) =>
    readTabMessage({
      type: 'session',
      stamp: { turn: 1, login: 'a', gen: 1 },
      token: { value, age: 0, at: 0 },
    }),
  'an option': (text) =>
    checkSessionOptions({
      refresh: text,
      tokenHeader: text,
      scheme: text,
      origins: [text],
    } as SessionOptions),
}

const texts: Record<string, (length: number) => string> = {
  commas: repeated(','),
  spaces: repeated(' '),
  'spaces before the end': repeated(' ', 'x"'),
  'a quotation that does not end': (length) => `Bearer a="${'x'.repeat(length)}`,
  'a quotation of backslashes': (length) => `Bearer a="${'\\'.repeat(length)}`,
  'quotation marks': repeated('"'),
  'a long word before a quotation': repeated('a', '"'),
  quotations: repeated('a="b",'),
  'quotations that begin only': repeated('a="', '\\'),
  'equals signs': repeated('='),
  'names and spaces': repeated('a \t', '"'),
  parameters: repeated('error=invalid_token, '),
  schemes: repeated('Bearer '),
  slashes: repeated('/', '\\'),
  segments: repeated('/a', '"'),
  dots: repeated('/..'),
  'segments with dots': repeated('/a.b-c~d%20', '\n'),
  points: repeated('a.'),
  'a long word': repeated('/a', ''),
  'a query': (length) => `/?${'a=b&'.repeat(length / 4)}\\`,
  'line ends': repeated('\r\n'),
  zeros: repeated('0', '.'),
}

/** Between the 64 of what is linear and the 4096 of what is quadratic, and far from both. */
const limit = 800

describe('the time to read up to a hundred thousand letters', patience, () => {
  it.each(Object.entries(readers))('grows no faster than their number, whatever they are: %s', (_, read) => {
    const growths = Object.entries(texts).map(([name, text]) => {
      const work = (length: number) => {
        const given = text(length)
        return quiet(() => read(given))
      }
      return [name, growthOf(work, limit)] as const
    })
    expect(growths.filter(([, growth]) => growth > limit)).toEqual([])
  })
})
