import { startChromium } from './chromium.ts'
import type { Engine, EngineName, EngineOptions } from './engine.ts'
import { startFirefox } from './firefox.ts'
import { startWebKit } from './webkit.ts'

const starters: Readonly<Record<EngineName, (options: EngineOptions) => Promise<Engine>>> = {
  chromium: startChromium,
  firefox: startFirefox,
  webkit: startWebKit,
}

/** For scripts; tests use `describeEngines`, which also closes what it starts. */
export const startEngine = (name: EngineName, options: EngineOptions = {}): Promise<Engine> =>
  starters[name](options)
