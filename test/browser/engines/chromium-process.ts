import type { CDPSession, Page } from 'playwright-core'
import { BOUND, pause } from './bounds.ts'
import type { EngineName, Tab } from './engine.ts'

/** What goes on working in a tab whose page has crashed: Playwright itself gives up on such a page for good. */
interface CrashedPage {
  run(expression: string): Promise<string>
  reload(): Promise<void>
}

interface ProcessDriver extends Pick<Tab, 'rendererPid' | 'crash'> {
  readonly crashed: CrashedPage | undefined
}

interface Usage {
  readonly id: number
  readonly type: string
  readonly cpuTime: number
}

const driveCrashed = (session: CDPSession): CrashedPage => {
  const run = async (expression: string): Promise<string> => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.text)
    return String(result.value)
  }
  return {
    run,
    async reload() {
      await session.send('Page.reload')
      const end = Date.now() + BOUND
      // While there is no page to ask, asking fails.
      while ((await run('document.readyState').catch(() => '')) !== 'complete') {
        if (Date.now() > end) throw new Error(`a crashed page did not reload within ${BOUND} ms`)
        await pause()
      }
    },
  }
}

// No command tells which process runs a page. So the page is kept busy, and whose clock runs is seen.
const findBusy = async (page: Page): Promise<number> => {
  const session = await page.context().browser()?.newBrowserCDPSession()
  if (session === undefined) throw new Error('no browser to ask for its processes')
  const ask = async (): Promise<readonly Usage[]> => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    return processInfo.filter(({ type }) => type === 'renderer')
  }
  try {
    const end = Date.now() + BOUND
    while (Date.now() < end) {
      const before = await ask()
      await page.evaluate(() => {
        const enough = performance.now() + 400
        while (performance.now() < enough);
      })
      const usages = (await ask()).map(({ id, cpuTime }) => {
        const earlier = before.find((usage) => usage.id === id)?.cpuTime ?? 0
        return { id, spent: cpuTime - earlier }
      })
      const [first, second] = usages.sort((one, other) => other.spent - one.spent)
      // Others may be busy too, with starting up; not for long.
      if (first && first.spent > 0.1 && (second?.spent ?? 0) < first.spent / 3) return first.id
      await pause()
    }
    throw new Error(`which process runs the page did not show within ${BOUND} ms`)
  } finally {
    await session.detach()
  }
}

export const makeProcessDriver = (name: EngineName, page: Page): ProcessDriver => {
  let crashed: CrashedPage | undefined
  const insist = (): void => {
    if (name !== 'chromium') throw new Error(`${name} does not tell which process runs a page`)
  }
  return {
    get crashed() {
      return crashed
    },
    async rendererPid() {
      insist()
      return findBusy(page)
    },
    async crash() {
      insist()
      const session = await page.context().newCDPSession(page)
      const happened = page.waitForEvent('crash', { timeout: BOUND })
      // The command is answered by what it crashes, so never or with an error.
      session.send('Page.crash').catch(() => {})
      await happened
      crashed = driveCrashed(session)
    },
  }
}
