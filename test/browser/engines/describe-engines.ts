import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import {
  CAPABILITIES,
  type Capabilities,
  ENGINE_NAMES,
  type Engine,
  type EngineName,
  type EngineOptions,
  type NewTabOptions,
  type Profile,
  type Tab,
} from './engine.ts'
import { findBrowser } from './find-browser.ts'
import { startEngine } from './start-engine.ts'

export interface DescribeOptions extends EngineOptions {
  /** Only these engines, for behaviour that only they have. */
  readonly engines?: readonly EngineName[]
}

/** The browser of one `describe`; it runs from its beforeAll to its afterAll. */
export interface TestBrowser {
  readonly name: EngineName
  readonly can: Capabilities
  readonly version: () => string
  /** Closed after the test it was made in; made in a beforeAll, it stays until the end of the describe. */
  newProfile(): Promise<Profile>
  /** A tab in a profile of its own. */
  newTab(options?: NewTabOptions): Promise<Tab>
}

const selected = (): readonly EngineName[] => {
  const wanted = (process.env.BROWSERS ?? '').split(',').filter((name) => name !== '')
  const unknown = wanted.filter((name) => !ENGINE_NAMES.some((known) => known === name))
  if (unknown.length > 0) {
    throw new Error(`BROWSERS=${process.env.BROWSERS}: known are ${ENGINE_NAMES.join(', ')}`)
  }
  return wanted.length === 0 ? ENGINE_NAMES : ENGINE_NAMES.filter((name) => wanted.includes(name))
}

// On a developer's machine a browser may be missing. Where the result counts, or where the browser was asked
// for by name, its absence is a failure: tests that silently do not run prove nothing.
const isOptional = (): boolean => !process.env.CI && !process.env.BROWSERS

const useEngine = (name: EngineName, options: EngineOptions): TestBrowser => {
  let starting: Promise<Engine> | undefined
  let engine: Engine | undefined
  let ofThisTest: Profile[] | undefined

  const running = (): Engine => {
    if (engine === undefined) throw new Error(`${name} runs inside tests and hooks only`)
    return engine
  }

  beforeAll(async () => {
    starting = startEngine(name, options)
    engine = await starting
  })

  // Should the hook above have run out of time, the browser may still be on its way; it is closed all the same.
  afterAll(async () => {
    const started = await starting?.catch(() => undefined)
    await started?.close()
  })

  beforeEach(() => {
    ofThisTest = []
  })

  afterEach(async () => {
    const profiles = ofThisTest ?? []
    ofThisTest = undefined
    await Promise.all(profiles.map((profile) => profile.close()))
    const places = profiles.flatMap((profile) => profile.tokensSeen())
    if (places.length > 0) throw new Error(`An access token was seen in: ${places.join(', ')}.`)
  })

  const newProfile = async (): Promise<Profile> => {
    const profile = await running().newProfile()
    ofThisTest?.push(profile)
    return profile
  }

  return {
    name,
    can: CAPABILITIES[name],
    version: () => running().version,
    newProfile,
    newTab: async (tabOptions) => (await newProfile()).newTab(tabOptions),
  }
}

/**
 * A describe for each engine, with that engine running. BROWSERS=chromium,webkit selects. An engine that is
 * not installed is skipped with a line saying so; with CI set, or when BROWSERS names it, its tests fail.
 */
export const describeEngines = (
  title: string,
  body: (browser: TestBrowser) => void,
  options: DescribeOptions = {},
): void => {
  const engines = selected().filter((name) => options.engines?.includes(name) ?? true)
  if (engines.length === 0) {
    console.warn(`\n!!! "${title}" does not run: BROWSERS=${process.env.BROWSERS} leaves no engine for it\n`)
    describe.skip(title, () => body(useEngine(options.engines?.[0] ?? 'chromium', options)))
  }
  for (const name of engines) {
    const lookup = findBrowser(name)
    const absent = !lookup.found && isOptional()
    if (absent) console.warn(`\n!!! "${title}" does not run in ${name}: ${lookup.reason}\n`)
    describe.skipIf(absent)(`${title} (${name})`, () => body(useEngine(name, options)))
  }
}
