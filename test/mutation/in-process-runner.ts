import { globSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from '@stryker-mutator/api/logging'
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin'
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import { type Case, cases, enterFile, runCase } from './suite.ts'

interface Instrumentation {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  mutantCoverage?: never
}

interface Choice {
  readonly tests: readonly string[]
  readonly without: readonly string[]
  /** Tests with this in their names are left out, too. */
  readonly skip?: string
  /** The most tests that one mutant has to meet; 0 for all that reach it. */
  readonly most: number
  /** Slower tests are left out: milliseconds. */
  readonly longest: number
}

const suiteUrl = new URL('./suite.ts', import.meta.url).href
const now = performance.now.bind(performance)
// Kept: a test may put fake ones in their place, and its mutant leave them there.
const realTimeout = setTimeout
const realImmediate = setImmediate
// A test's turns on the event loop, not its time: a busy machine makes nothing hang.
const turns = 60

const instrumentation = () => {
  const holder = globalThis as { __stryker__?: Instrumentation }
  holder.__stryker__ ??= {}
  return holder.__stryker__
}

/**
 * Runs the tests in the process that has loaded them: a mutant costs its tests and no start of a worker.
 * Each test is a function of the one `suite.ts`, which stands in for `vitest` here.
 */
function createRunner(choice: Choice, log: Logger): TestRunner {
  const spent = new Map<string, number>()
  let killers: string[] = []
  let astray: unknown

  async function init() {
    const folder = process.cwd()
    // What asks for fake timers looks here for its settings.
    Object.assign(globalThis, {
      __vitest_worker__: { config: { fakeTimers: {} }, environment: { name: 'node' }, metaEnv: process.env },
    })
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier === 'vitest' && context.parentURL !== suiteUrl)
          return { url: suiteUrl, shortCircuit: true }
        const entry = /^silent-refresh(?:\/(\w+))?$/.exec(specifier)
        if (entry) {
          const url = pathToFileURL(resolve(folder, 'src', `${entry[1] ?? 'index'}.ts`)).href
          return { url, shortCircuit: true }
        }
        return next(specifier, context)
      },
    })
    const note = (reason: unknown) => {
      astray = reason ?? new Error('unhandled')
    }
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
    const files = globSync([...choice.tests], { exclude: [...choice.without] })
    for (const file of files.sort()) {
      enterFile(file)
      await import(pathToFileURL(resolve(folder, file)).href)
    }
  }

  async function hang(allowed: number, isOver: () => boolean): Promise<never> {
    for (let turn = 0; turn < allowed && !isOver(); turn++) await new Promise((go) => realTimeout(go, 10))
    if (isOver()) return new Promise(() => {})
    throw new Error('does not end')
  }

  async function run(test: Case): Promise<TestResult> {
    const start = now()
    let isOver = false
    astray = undefined
    const usual = spent.get(test.id) ?? 3000
    const result = { id: test.id, name: test.id, fileName: resolve(test.file) }
    try {
      const allowed = turns + Math.ceil((usual * 3) / 10)
      await Promise.race([runCase(test), hang(allowed, () => isOver)])
      await new Promise((go) => realImmediate(go))
      if (astray) throw astray
      return { ...result, timeSpentMs: now() - start, status: TestStatus.Success }
    } catch (error) {
      const failureMessage = error instanceof Error ? error.message : String(error)
      return { ...result, timeSpentMs: now() - start, status: TestStatus.Failed, failureMessage }
    } finally {
      isOver = true
    }
  }

  async function dryRun(): Promise<DryRunResult> {
    const state = instrumentation()
    const tests: TestResult[] = []
    for (const test of cases) {
      if (choice.skip && new RegExp(choice.skip, 'i').test(test.id)) continue
      state.currentTestId = test.id
      const result = await run(test)
      state.currentTestId = undefined
      spent.set(test.id, result.timeSpentMs)
      if (result.status === TestStatus.Failed) log.warn(`left out: ${test.id}: ${result.failureMessage}`)
      tests.push(result.status === TestStatus.Failed ? { ...result, status: TestStatus.Skipped } : result)
    }
    const mutantCoverage = state.mutantCoverage as unknown as { perTest: Record<string, unknown> } | undefined
    if (mutantCoverage)
      for (const { id, status } of tests)
        if (status !== TestStatus.Success || (spent.get(id) ?? 0) > choice.longest)
          delete mutantCoverage.perTest[id]
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage && { mutantCoverage }) } as DryRunResult
  }

  /** First what has killed the neighbours, then something of every file. */
  function inOrder(wanted: ReadonlySet<string>): Case[] {
    const byFile = new Map<string, Case[]>()
    const first: Case[] = []
    for (const test of cases) {
      if (!wanted.has(test.id)) continue
      if (killers.includes(test.id)) first.push(test)
      else byFile.set(test.file, [...(byFile.get(test.file) ?? []), test])
    }
    first.sort((a, b) => killers.indexOf(a.id) - killers.indexOf(b.id))
    const lists = [...byFile.values()].sort((a, b) => a.length - b.length)
    const rest: Case[] = []
    for (let index = 0; lists.some(({ length }) => length > index); index++)
      for (const list of lists) if (list[index]) rest.push(list[index] as Case)
    const all = [...first, ...rest]
    return choice.most ? all.slice(0, choice.most) : all
  }

  async function mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const state = instrumentation()
    const tests: TestResult[] = []
    state.activeMutant = options.activeMutant.id
    state.hitCount = 0
    state.hitLimit = options.hitLimit
    for (const test of inOrder(new Set(options.testFilter ?? cases.map(({ id }) => id)))) {
      const result = await run(test)
      tests.push(result)
      if (result.status !== TestStatus.Failed) continue
      killers = [test.id, ...killers.filter((id) => id !== test.id)].slice(0, 20)
      break
    }
    const limit = determineHitLimitReached(state.hitCount, options.hitLimit)
    state.activeMutant = undefined
    state.hitCount = undefined
    return toMutantRunResult(limit ?? { status: DryRunStatus.Complete, tests })
  }

  return { capabilities: () => ({ reloadEnvironment: false }), init, dryRun, mutantRun }
}

create.inject = tokens(commonTokens.options, commonTokens.logger)
function create(options: unknown, log: Logger): TestRunner {
  return createRunner((options as { inProcess: Choice }).inProcess, log)
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'in-process', create)]
export const strykerValidationSchema = {
  type: 'object',
  properties: { inProcess: { type: 'object' } },
}
