import { firefox } from 'playwright-core'
import type { Engine } from './engine.ts'
import { requireBrowser } from './find-browser.ts'
import { startPlaywright } from './playwright.ts'

// The channel makes Playwright speak WebDriver BiDi, which the Firefox people have installed understands.
export const startFirefox = async (): Promise<Engine> =>
  startPlaywright('firefox', firefox, {
    channel: 'moz-firefox',
    executablePath: requireBrowser('firefox'),
  })
