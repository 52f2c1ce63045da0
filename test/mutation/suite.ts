import { format } from 'node:util'
import { expect, expectTypeOf, vi } from 'vitest'

type Body = (...values: unknown[]) => unknown
type Hooks = Body[]

interface Suite {
  readonly name: string
  readonly parent: Suite | undefined
  readonly before: Hooks
  readonly after: Hooks
}

/** A test as the test files declare it. */
export interface Case {
  readonly id: string
  readonly file: string
  readonly suite: Suite
  readonly body: Body
}

export const cases: Case[] = []
export { expect, expectTypeOf, vi }

const begin = (name: string, parent?: Suite): Suite => ({ name, parent, before: [], after: [] })
const ids = new Set<string>()
let file = ''
let suite = begin('')
let finishers: Body[] = []

/** What is declared from now on stands in this file. */
export function enterFile(name: string): void {
  file = name
  suite = begin('')
}

function declare(name: string, body: Body): void {
  const path = [name]
  for (let at: Suite | undefined = suite; at?.name; at = at.parent) path.unshift(at.name)
  const wanted = `${file}#${path.join(' > ')}`
  let id = wanted
  for (let count = 2; ids.has(id); count++) id = `${wanted} (${count})`
  ids.add(id)
  cases.push({ id, file, suite, body })
}

function group(name: string, body: Body): void {
  suite = begin(name, suite)
  body()
  suite = suite.parent as Suite
}

const valueAt = (row: unknown, path: string) =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], row)

function titleOf(name: string, row: readonly unknown[]): string {
  const named = name.replace(/\$([\w.]+)/g, (_, path: string) => format('%s', valueAt(row[0], path)))
  const holes = named.match(/%[sdifjoO]/g)?.length ?? 0
  return format(named, ...row.slice(0, holes))
}

/** The test's function may stand before or behind its options. */
const bodyOf = (values: readonly unknown[]) => values.find((value) => typeof value === 'function') as Body

function withTable(add: (name: string, body: Body) => void) {
  const single = (name: string, ...rest: unknown[]) => add(name, bodyOf(rest))
  const each =
    (table: readonly unknown[]) =>
    (name: string, ...rest: unknown[]) => {
      for (const entry of table) {
        const row: unknown[] = Array.isArray(entry) ? entry : [entry]
        add(titleOf(name, row), () => bodyOf(rest)(...row))
      }
    }
  return Object.assign(single, { each })
}

export const it = withTable(declare)
export const test = it
export const describe = withTable(group)
export const beforeEach = (body: Body) => void suite.before.push(body)
export const afterEach = (body: Body) => void suite.after.push(body)
export const beforeAll = beforeEach
export const afterAll = afterEach
/** No server is started for mutants: what needs one is left out. */
export const inject = () => undefined
export const onTestFinished = (body: Body) => void finishers.push(body)

/** Runs one test with all that surrounds it. */
export async function runCase({ suite, body }: Case): Promise<void> {
  const line: Suite[] = []
  for (let at: Suite | undefined = suite; at; at = at.parent) line.unshift(at)
  finishers = []
  const undo = finishers
  try {
    for (const { before } of line)
      for (const hook of before) {
        const cleanUp = await hook()
        if (typeof cleanUp === 'function') undo.push(cleanUp as Body)
      }
    await body({})
  } finally {
    for (const { after } of line.reverse()) for (const hook of after.toReversed()) await hook()
    for (const finish of undo.toReversed()) await finish()
  }
}
