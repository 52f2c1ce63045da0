import { BOUND, messageOf, pause, within } from './bounds.ts'
import type { PageFunction, Tab } from './engine.ts'

/** What a driver has to do; everything else about a tab is the same in every engine. */
export interface TabDriver extends Omit<Tab, 'evaluate' | 'waitFor' | 'leave' | 'goBack'> {
  /** Evaluates an expression that gives a promise of a string. */
  run(expression: string, bound: number): Promise<string>
}

interface Answer {
  readonly value?: unknown
  readonly error?: { readonly name: string; readonly message: string; readonly stack: string }
}

// Long enough for a page that waits for a slow server, shorter than a test's own time limit.
const EVALUATE_BOUND = 30_000

// The answer travels as text, so that every driver hands over the same values and the same errors.
const asExpression = (source: string, args: readonly unknown[]): string => `(async () => {
  try {
    return JSON.stringify({ value: await (${source})(...${JSON.stringify(args)}) })
  } catch (thrown) {
    const { name = typeof thrown, message = String(thrown), stack = '' } = Object(thrown)
    return JSON.stringify({ error: { name, message, stack } })
  }
})()`

const readAnswer = (text: string): unknown => {
  const { value, error } = JSON.parse(text) as Answer
  if (error === undefined) return value
  const surfaced = new Error(error.message, { cause: `in the page: ${error.stack}` })
  surfaced.name = error.name
  throw surfaced
}

export const makeTab = (driver: TabDriver): Tab => {
  const evaluateWithin = async <Args extends unknown[], Result>(
    bound: number,
    fn: PageFunction<Args, Result>,
    args: Args,
  ): Promise<Result> => {
    const run = driver.run(asExpression(fn.toString(), args), bound)
    return readAnswer(await within(bound, `evaluate ${fn}`, run)) as Result
  }

  const goAway = <Args extends unknown[]>(fn: PageFunction<Args, void>, ...args: Args): Promise<void> =>
    evaluateWithin(EVALUATE_BOUND, fn, args).catch((error: unknown) => {
      // That the page has gone before it could answer is what was asked for.
      if (!/went away|context was destroyed|navigat/i.test(messageOf(error))) throw error
    })

  return {
    evaluate: (fn, ...args) => evaluateWithin(EVALUATE_BOUND, fn, args),

    // Asking from here survives a page that changes meanwhile, and a hidden page whose timers are throttled.
    waitFor: async (fn, ...args) => {
      const end = Date.now() + BOUND
      let last = 'no answer'
      while (Date.now() < end) {
        try {
          const value = await evaluateWithin(Math.max(1, end - Date.now()), fn, args)
          if (value) return value
          last = JSON.stringify(value) ?? 'undefined'
        } catch (error) {
          last = messageOf(error)
        }
        await pause()
      }
      throw new Error(
        `waited ${BOUND} ms for ${fn} (arguments ${JSON.stringify(args)}); last answer: ${last}`,
      )
    },

    leave: (url) =>
      goAway((target: string) => {
        location.href = target
      }, url),

    goBack: () => goAway(() => history.back()),

    goto: (url) => driver.goto(url),
    reload: () => driver.reload(),
    close: () => driver.close(),
    bringToFront: () => driver.bringToFront(),
    consoleErrors: () => driver.consoleErrors(),
    screenshot: (path) => driver.screenshot(path),
    rendererPid: () => driver.rendererPid(),
    crash: () => driver.crash(),
  }
}
