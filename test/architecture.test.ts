import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

// The law: a file imports only from lower floors; `import type` counts. A new file finds its floor here first.
const floors: readonly (readonly string[])[] = [
  [
    'session/errors',
    'session/moment',
    'session/own-property',
    'session/challenge',
    'session/stamp',
    'session/answer',
    'session/refresh-function',
  ],
  [
    'session/auth-endpoint',
    'session/snapshot',
    'session/environment',
    'session/access-token',
    'session/back-off',
    'session/answer-rule',
    'session/events',
  ],
  ['session/options', 'session/pause', 'session/in-time'],
  [
    'session/csrf',
    'session/tab-message',
    'session/waiting-line',
    'session/schedule',
    'session/due',
    'session/destination',
    'session/token-response',
    'session/check-options',
    'clients/body-snapshot',
    'browser/channel',
    'browser/clock',
    'browser/locks',
    'browser/page',
    'browser/signals',
    'browser/storage',
  ],
  [
    'session/endpoint',
    'session/expiry-rule',
    'session/refresh-outcome',
    'session/session',
    'session/standing',
    'session/shared-token',
    'session/cookie-note',
    'session/lease',
    'browser/browser-environment',
  ],
  [
    'session/refresh-call',
    'session/sign-out-call',
    'session/gate',
    'session/ready',
    'session/refresher',
    'session/ruling',
    'session/cookie-lock',
    'session/tabs',
  ],
  [
    'session/inert-session',
    'session/request-news',
    'clients/held-back',
    'session/company',
    'session/course',
    'session/cookie-turns',
    'clients/fetch-request',
    'clients/axios-url',
    'clients/axios-transport',
  ],
  [
    'clients/exchange',
    'session/refresh-flight',
    'session/coordination',
    'session/page-life',
    'clients/axios-errors',
    'clients/axios-answer',
  ],
  ['session/landing'],
  ['session/hearing'],
  ['session/live-refresher'],
  ['session/sign-in', 'session/sign-out', 'clients/axios-adapter'],
  ['session/live-session', 'clients/fetch', 'clients/axios'],
  ['create-session', 'debug/event-line', 'presets/preset'],
  [
    'debug/debug',
    'presets/directus',
    'presets/dj-rest-auth',
    'presets/duende-bff',
    'presets/flask-jwt-extended',
    'presets/laravel-sanctum',
    'presets/oauth',
    'presets/payload',
    'presets/reference-backend',
    'presets/spring',
    'presets/strapi',
    'presets/super-tokens',
  ],
  [
    'testing/macrotask',
    'testing/address',
    'testing/check-test-options',
    'testing/listeners',
    'testing/test-clock',
    'testing/test-locks',
  ],
  ['testing/host', 'testing/page-process', 'testing/test-session-state', 'testing/test-session-gate'],
  ['testing/network', 'testing/page-parts', 'testing/test-session'],
  ['testing/tab', 'testing/test-browser-options'],
  ['testing/test-tab'],
  ['testing/test-browser'],
  ['fetch', 'debug', 'presets', 'testing'],
  ['index'],
]

type Sources = ReadonlyMap<string, string>

function withoutCommentsAndStrings(code: string): string {
  return code
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/`(?:[^`\\]|\\.)*`/g, '``')
}

function importsOf(code: string): { specifier: string; isType: boolean }[] {
  const statement = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm
  return [...code.matchAll(statement)].map(([, type, specifier = '']) => ({
    specifier,
    isType: Boolean(type),
  }))
}

/** Every place where the sources break a rule of the house. */
function findViolations(sources: Sources, order: readonly (readonly string[])[]): string[] {
  const floorOf = new Map(order.flatMap((files, floor) => files.map((file) => [file, floor] as const)))
  const found: string[] = []
  for (const [file, code] of sources) {
    const floor = floorOf.get(file)
    if (floor === undefined) found.push(`${file}: has no floor`)
    for (const { specifier, isType } of importsOf(code)) {
      if (specifier.startsWith('.')) {
        const target = join(dirname(file), specifier).replace(/\.ts$/, '')
        const below = floorOf.get(target)
        if (below === undefined || floor === undefined || below >= floor)
          found.push(`${file}: imports ${target}`)
        const [room] = file.split('/')
        if (room === 'session' && !target.startsWith('session/'))
          found.push(`${file}: leaves its room for ${target}`)
        // What apps ship holds none of the tools for their tests.
        if (target.startsWith('testing/') && room !== 'testing')
          found.push(`${file}: takes ${target} out of its room`)
      }
      if (specifier === 'axios' && !isType && !file.startsWith('clients/axios'))
        found.push(`${file}: imports axios`)
      if (specifier === 'jwt-decode' && file !== 'session/access-token')
        found.push(`${file}: imports jwt-decode`)
    }
    found.push(...breaches(file, withoutCommentsAndStrings(code)), ...sizes(file, code))
  }
  return found
}

const hostWords =
  /\b(?:window|document|navigator|location|localStorage|sessionStorage|indexedDB|BroadcastChannel|globalThis|setTimeout|setInterval|Date\.now|performance\.now)\b(?!['?]?:)/

function breaches(file: string, code: string): string[] {
  const found: string[] = []
  const word = hostWords.exec(code)?.[0]
  if (word && !file.startsWith('browser/')) found.push(`${file}: says ${word}`)
  if (/\bexport default\b/.test(code)) found.push(`${file}: has a default export`)
  if (/[:<|]\s*any\b|\bas any\b/.test(code)) found.push(`${file}: says any`)
  if (/\benum\s+[A-Z]/.test(code)) found.push(`${file}: has an enum`)
  return found
}

function sizes(file: string, code: string): string[] {
  const found: string[] = []
  if (code.split('\n').length > 251) found.push(`${file}: has more than 250 lines`)
  if (/(?:^|\/)(?:utils|types|helpers)$/.test(file)) found.push(`${file}: is named after nothing`)
  return found
}

/** All that an entry loads. */
function reachable(sources: Sources, entry: string, seen = new Set<string>()): Set<string> {
  seen.add(entry)
  for (const { specifier, isType } of importsOf(sources.get(entry) ?? '')) {
    const target = specifier.startsWith('.')
      ? join(dirname(entry), specifier).replace(/\.ts$/, '')
      : specifier
    if (!isType && !seen.has(target)) reachable(sources, target, seen)
  }
  return seen
}

function readSources(): Sources {
  const root = join(import.meta.dirname, '../src')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  return new Map(
    files.map((file) => [relative('', file).replace(/\.ts$/, ''), readFileSync(join(root, file), 'utf8')]),
  )
}

describe('the house', () => {
  it('keeps its law: imports lead down, rooms keep to themselves, files stay small', () => {
    expect(findViolations(readSources(), floors)).toEqual([])
  })

  it('has no floor for a file that is gone', () => {
    const files = new Set(readSources().keys())
    expect(floors.flat().filter((file) => !files.has(file))).toEqual([])
  })

  it('lets the fetch entry load without axios', () => {
    const loaded = reachable(readSources(), 'fetch')
    expect(loaded).toContain('session/live-refresher')
    expect([...loaded].filter((file) => file.includes('axios'))).toEqual([])
  })

  it.each([
    ['an import from the same floor', { a: "import { b } from './b.ts'", b: '' }, 'a: imports b'],
    ['a type import from above', { a: "import type { Top } from './top.ts'", top: '' }, 'a: imports top'],
    [
      'a tool for tests outside its room',
      { top: "import { b } from './testing/b.ts'", 'testing/b': '' },
      'top: takes testing/b out of its room',
    ],
    ['a file without a floor', { stray: '' }, 'stray: has no floor'],
    ['a global outside its room', { a: 'setTimeout(() => {}, 1)' }, 'a: says setTimeout'],
    ['axios where it must not be', { a: "import axios from 'axios'" }, 'a: imports axios'],
    ['jwt-decode in a second file', { a: "import { jwtDecode } from 'jwt-decode'" }, 'a: imports jwt-decode'],
    ['a default export', { a: 'export default 1' }, 'a: has a default export'],
    ['any', { a: 'const x: any = 1' }, 'a: says any'],
    ['a long file', { a: '\n'.repeat(251) }, 'a: has more than 250 lines'],
  ])('notices %s', (_, files, violation) => {
    const order = [['a', 'b', 'testing/b'], ['top']]
    expect(findViolations(new Map(Object.entries(files)), order)).toEqual([violation])
  })
})
