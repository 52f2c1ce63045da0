import { chromium, type LaunchOptions } from 'playwright-core'
import type { Engine, EngineOptions } from './engine.ts'
import { requireBrowser } from './find-browser.ts'
import { startPlaywright } from './playwright.ts'

const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
  '--disable-gpu',
]

// By default the driver switches off what real pages go through when they are left or out of sight.
const TAMING = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

export const chromiumOptions = ({ backForwardCache = false }: EngineOptions = {}): LaunchOptions => {
  // Chromium refuses to run its sandbox as root, which is what containers usually are.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return {
    executablePath: requireBrowser('chromium'),
    args: [...QUIET, ...sandbox],
    ...(backForwardCache ? { ignoreDefaultArgs: TAMING } : {}),
  }
}

export const startChromium = async (options: EngineOptions = {}): Promise<Engine> =>
  startPlaywright('chromium', chromium, chromiumOptions(options))
