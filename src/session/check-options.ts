import type { SessionOptions } from './options.ts'

type Rule = readonly [accepts: (value: never) => boolean, wants: string]
type Rules = Record<string, Rule>

const isText = (value: unknown): value is string => typeof value === 'string'
const isFunction = (value: unknown) => typeof value === 'function'
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isUrl = (value: unknown) =>
  (isText(value) && value !== '' && URL.canParse(value, 'http://page')) || value instanceof URL
const isHeaderName = (value: unknown) => isText(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(value)
const isHeaderValue = (value: unknown) => isText(value) && !/[\0\r\n\u0100-\uffff]/.test(value)
const isHeaderRecord = (value: unknown) =>
  isObject(value) &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value)) &&
  Object.entries(value).every(([name, held]) => isHeaderName(name) && isHeaderValue(held))
const isListOf = (accepts: (item: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(accepts)
const isBelow = (end: number, start: number) => (value: unknown) =>
  typeof value === 'number' && value >= start && value < end

const isFilled = (value: unknown) => isText(value) && value !== ''
const text: Rule = [isText, 'a string']
const filled: Rule = [isFilled, 'a string that is not empty']
const flag: Rule = [(value: unknown) => typeof value === 'boolean', 'true or false']
const url: Rule = [isUrl, 'a URL']
const callback: Rule = [isFunction, 'a function']
// What timers of browsers can hold; beyond it they fire at once.
const patience: Rule = [isBelow(2 ** 31, 1), 'a number of milliseconds from 1 to 2147483647']

const endpointRules: Rules = {
  url,
  method: [(value: unknown) => isHeaderName(value), 'an HTTP method'],
  headers: [
    (value: unknown) => isFunction(value) || isHeaderRecord(value),
    'a plain object of header names and values, or a function',
  ],
  body: [
    (value: unknown) => isText(value) || value === null || isObject(value) || isFunction(value),
    'a string, an object, null or a function',
  ],
  credentials: [
    (value: string) => ['include', 'same-origin', 'omit'].includes(value),
    '"include", "same-origin" or "omit"',
  ],
  keepalive: flag,
  csrf: [
    (value: unknown) => value === false || isObject(value),
    'false, { header, value } or { header, cookie }',
  ],
}

const isStatuses = isListOf(isBelow(600, 100))
const statuses: Rule = [isStatuses, 'a list of HTTP statuses']
const texts: Rule = [isListOf(isText), 'a list of strings']
const pathOr: Rule = [(value: unknown) => isFilled(value) || isFunction(value), 'a path or a function']

const refreshRules: Rules = {
  ...endpointRules,
  accessToken: [
    (value: unknown) =>
      value === false ||
      isFilled(value) ||
      isFunction(value) ||
      (isListOf(isFilled)(value) && (value as unknown[]).length > 0),
    'a path, a list of paths, a function or false',
  ],
  expiry: [isObject, '{ path, unit }'],
  lifetime: [isBelow(Infinity, 1000), 'a number of milliseconds, 1000 or more'],
  subject: pathOr,
  refused: [
    (value: unknown) => isStatuses(value) || isFunction(value) || isRule(value),
    'a list of HTTP statuses, { status, code } or a function',
  ],
}

const signOutRules: Rules = { ...endpointRules, done: statuses }

const isRule = (value: unknown) => isObject(value) && !Array.isArray(value)
const answerRules: Rules = { status: statuses, code: [isObject, '{ path, only } or { path, except }'] }
const codeRules: Rules = { path: filled, only: texts, except: texts }
const csrfRules: Rules = {
  header: [isHeaderName, 'a header name'],
  value: [(value: unknown) => isHeaderValue(value) || isFunction(value), 'a string or a function'],
  cookie: filled,
}
const sessionCsrfRules: Rules = { ...csrfRules, renewal: [isObject, '{ url, status }'] }
const renewalRules: Rules = { url, status: statuses }
const expiryRules: Rules = {
  path: pathOr,
  unit: [(value: string) => ['s', 'ms', 'unix', 'iso'].includes(value), '"s", "ms", "unix" or "iso"'],
}

const endpointOr = (value: unknown) => isUrl(value) || isFunction(value) || isObject(value)

const sessionRules: Rules = {
  refresh: [endpointOr, 'a URL, an endpoint ({ url, ... }) or a function'],
  signOut: [endpointOr, 'a URL, an endpoint ({ url, ... }) or a function'],
  origins: [
    isListOf((value) => isText(value) && URL.canParse(value) && new URL(value).origin === value),
    'a list of origins like "https://api.example.com" (scheme, host and port; no path, no "*")',
  ],
  exclude: [
    isListOf((value) => value instanceof RegExp || (isText(value) && URL.canParse(value, 'http://page'))),
    'a list of URLs, paths and regular expressions',
  ],
  hasSession: callback,
  shouldRefresh: [(value: unknown) => isFunction(value) || isRule(value), 'a function or { status, code }'],
  csrf: [isObject, '{ header, value } or { header, cookie }'],
  hintCookie: filled,
  name: text,
  shareToken: flag,
  tokenHeader: [isHeaderName, 'a header name'],
  scheme: [(value: unknown) => value === '' || isHeaderName(value), 'an authorization scheme like "Bearer"'],
  refreshMargin: [isBelow(Infinity, 0), 'a number of milliseconds, 0 or more'],
  refreshTimeout: patience,
  maxWait: patience,
}

// The kind, not the value: an option may hold a secret, and this text ends up in logs.
function kindOf(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

function fail(path: string, wants: string, value: unknown): never {
  throw new TypeError(`silent-refresh: option "${path}" must be ${wants}; it is ${kindOf(value)}.`)
}

function check(options: unknown, rules: Rules, path: string, required: readonly string[] = []): void {
  for (const key of new Set([...required, ...Object.keys(options as object)])) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (!rule) {
      throw new TypeError(
        `silent-refresh: there is no option "${path}${key}". The options are: ${Object.keys(rules).join(', ')}.`,
      )
    }
    const value = Object.hasOwn(options as object, key)
      ? (options as Record<string, unknown>)[key]
      : undefined
    if (value === undefined ? required.includes(key) : !rule[0](value as never))
      fail(path + key, rule[1], value)
  }
}

type Given = Record<string, unknown>

function checkRule(rule: unknown, path: string): void {
  if (!isRule(rule)) return
  check(rule, answerRules, path)
  const { code } = { __proto__: null, ...(rule as object) } as Given
  if (!code) return
  const list = Object.hasOwn(code, 'except') && !Object.hasOwn(code, 'only') ? 'except' : 'only'
  check(code, codeRules, `${path}code.`, ['path', list])
}

function checkCsrf(csrf: unknown, rules: Rules, path: string): void {
  if (!csrf) return
  const source = Object.hasOwn(csrf, 'cookie') ? 'cookie' : 'value'
  check(csrf, rules, path, ['header', source])
  const { renewal } = { __proto__: null, ...csrf } as Given
  if (renewal) check(renewal, renewalRules, `${path}renewal.`, ['url', 'status'])
}

function checkEndpoint(endpoint: unknown, rules: Rules, path: string): void {
  if (!isObject(endpoint) || endpoint instanceof URL) return
  check(endpoint, rules, path, ['url'])
  const { csrf, expiry, refused } = { __proto__: null, ...endpoint } as Given
  checkCsrf(csrf, csrfRules, `${path}csrf.`)
  if (expiry) check(expiry, expiryRules, `${path}expiry.`, ['path', 'unit'])
  checkRule(refused, `${path}refused.`)
}

/** Throws a `TypeError` that names the first option that cannot work. */
export function checkSessionOptions(options: SessionOptions): void {
  if (!isObject(options)) fail('options', 'an object', options)
  check(options, sessionRules, '', ['refresh'])
  const { refresh, signOut, csrf, shouldRefresh } = { __proto__: null, ...options } as unknown as Given
  checkEndpoint(refresh, refreshRules, 'refresh.')
  checkEndpoint(signOut, signOutRules, 'signOut.')
  checkCsrf(csrf, sessionCsrfRules, 'csrf.')
  checkRule(shouldRefresh, 'shouldRefresh.')
}
