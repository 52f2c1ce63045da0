import { firefox, type LaunchOptions } from 'playwright-core'
import type { Engine } from './engine.ts'
import { requireBrowser } from './find-browser.ts'
import { startPlaywright } from './playwright.ts'

// The channel makes Playwright speak WebDriver BiDi, which the Firefox people have installed understands.
export const firefoxOptions = (): LaunchOptions => ({
  channel: 'moz-firefox',
  executablePath: requireBrowser('firefox'),
})

export const startFirefox = async (): Promise<Engine> => startPlaywright('firefox', firefox, firefoxOptions())
