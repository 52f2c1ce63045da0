import { readdir, readFile } from 'node:fs/promises'
import { chromium, firefox } from 'playwright-core'
import { BOUND, within } from './bounds.ts'
import { chromiumOptions } from './chromium.ts'
import type { Profile } from './engine.ts'
import { firefoxOptions } from './firefox.ts'
import { makeProfile } from './playwright.ts'
import { ownGroup } from './started-processes.ts'

/** A browser whose one profile lives in a directory, so that it can be quit and started again. */
export interface PersistentBrowser {
  readonly profile: Profile
  /** Quits it as its user would, with all its tabs. */
  quit(): Promise<void>
}

// Playwright does not tell; the directory is in the command line of nobody else.
const findLeader = async (directory: string): Promise<number | undefined> => {
  if (process.platform !== 'linux') return undefined
  const found: number[] = []
  for (const pid of (await readdir('/proc')).map(Number)) {
    const command = pid > 0 ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') : ''
    if (command.includes(directory)) found.push(pid)
  }
  // The first of the group: the others are its children.
  return found.length === 0 ? undefined : Math.min(...found)
}

export const startPersistent = async (
  name: 'chromium' | 'firefox',
  directory: string,
): Promise<PersistentBrowser> => {
  const type = name === 'chromium' ? chromium : firefox
  const options = name === 'chromium' ? chromiumOptions() : firefoxOptions()
  const context = await type.launchPersistentContext(directory, { ...options, timeout: 60_000 })
  const leader = await findLeader(directory)
  const endGroup = leader === undefined ? () => {} : ownGroup(leader)
  let isRunning = true
  const quit = async (): Promise<void> => {
    if (!isRunning) return
    isRunning = false
    await within(BOUND, `quitting ${name}`, context.close()).finally(endGroup)
  }
  return { profile: await makeProfile(name, context, quit), quit }
}
