import type {
  Browser,
  BrowserContext,
  BrowserServer,
  BrowserType,
  LaunchOptions,
  Page,
} from 'playwright-core'
import { BOUND, within } from './bounds.ts'
import { makeProcessDriver } from './chromium-process.ts'
import { CAPABILITIES, type Engine, type EngineName, type Profile, type Tab } from './engine.ts'
import { ownGroup } from './started-processes.ts'
import { makeTab } from './tab.ts'
import { watchTokens } from './watch-tokens.ts'

const newTab = async (name: EngineName, context: BrowserContext): Promise<Tab> => {
  const page: Page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))

  const ofProcess = makeProcessDriver(name, page)

  return makeTab({
    run: (expression) => ofProcess.crashed?.run(expression) ?? page.evaluate<string>(expression),
    goto: async (url) => {
      await page.goto(url)
    },
    reload: async () => {
      await (ofProcess.crashed?.reload() ?? page.reload())
    },
    close: () => page.close(),
    bringToFront: () => page.bringToFront(),
    consoleErrors: () => errors,
    screenshot: async (path) => {
      await page.screenshot({ path })
    },
    rendererPid: ofProcess.rendererPid,
    crash: ofProcess.crash,
  })
}

export const makeProfile = async (
  name: EngineName,
  context: BrowserContext,
  close: () => Promise<void>,
): Promise<Profile> => {
  context.setDefaultTimeout(BOUND)
  const tokensSeen = await watchTokens(context)
  return {
    newTab: async ({ hidden = false } = {}) => {
      if (hidden) throw new Error(`${name} cannot make hidden tabs: its driver reports every page as visible`)
      return newTab(name, context)
    },
    cookies: (url) => context.cookies(url),
    setOffline: (offline) => context.setOffline(offline),
    tokensSeen,
    close,
  }
}

const newProfile = async (name: EngineName, browser: Browser): Promise<Profile> => {
  const context = await browser.newContext()
  return makeProfile(name, context, () => within(BOUND, `closing a profile of ${name}`, context.close()))
}

/** Chromium and Firefox differ in how they start, not in how they are driven. */
export const startPlaywright = async (
  name: EngineName,
  type: BrowserType,
  options: LaunchOptions,
): Promise<Engine> => {
  // Started as a server because only this way tells the process id, which the clean-up needs.
  const server: BrowserServer = await type.launchServer({ ...options, host: '127.0.0.1', timeout: 60_000 })
  const leader = server.process().pid
  const endGroup = leader === undefined ? () => {} : ownGroup(leader)
  const close = async (): Promise<void> => {
    await within(BOUND, `closing ${name}`, server.close()).catch(() => {})
    endGroup()
  }
  try {
    const browser = await type.connect(server.wsEndpoint(), { timeout: BOUND })
    return {
      name,
      version: browser.version(),
      can: CAPABILITIES[name],
      newProfile: () => newProfile(name, browser),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
