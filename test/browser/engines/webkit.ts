import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { BOUND, pause, within } from './bounds.ts'
import { CAPABILITIES, type Engine, type Profile } from './engine.ts'
import { requireBrowser, type WebKitPaths } from './find-browser.ts'
import { type StartedProcess, startProcess } from './started-processes.ts'
import { isReady, type Session, startSession } from './webdriver.ts'
import { makeWebKitProfile } from './webkit-profile.ts'

interface Screen {
  readonly display: string | undefined
  stop(): Promise<void>
}

const startScreen = async (program: string | undefined): Promise<Screen> => {
  if (program === undefined) return { display: process.env.DISPLAY, stop: async () => {} }
  // It looks for a free display itself and tells which one on file descriptor 3 as soon as it is usable.
  const screen = startProcess(
    program,
    ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  try {
    const told = once(screen.child.stdio[3] as Readable, 'data') as Promise<[Buffer]>
    const [number] = await within(BOUND, 'Xvfb', Promise.race([told, screen.failed]))
    return { display: `:${String(number).trim()}`, stop: screen.stop }
  } catch (error) {
    await screen.stop()
    throw error
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

const untilReady = async (port: number, driver: StartedProcess): Promise<void> => {
  let over = false
  const ready = async (): Promise<void> => {
    while (!over && !(await isReady(port))) await pause()
  }
  try {
    await within(BOUND, 'WebKitWebDriver', Promise.race([ready(), driver.failed]))
  } finally {
    over = true
  }
}

interface Driven {
  readonly session: Session
  close(): Promise<void>
}

// One driver serves one session, and one session is one browser with its own storage: a profile.
const startDriven = async (paths: WebKitPaths, display: string | undefined): Promise<Driven> => {
  const port = await freePort()
  const driver = startProcess(paths.driver, [`--port=${port}`], {
    stdio: 'ignore',
    // Without a graphics card the browser would look for one, and for accessibility services, in vain.
    env: { ...process.env, DISPLAY: display, LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1' },
  })
  try {
    await untilReady(port, driver)
    const session = await startSession(port, paths.browser)
    const close = async (): Promise<void> => {
      // The browser ends with its session; should it not, then with the process group.
      await session.end().catch(() => {})
      await driver.stop()
    }
    return { session, close }
  } catch (error) {
    await driver.stop()
    throw error
  }
}

export const startWebKit = async (): Promise<Engine> => {
  const paths = requireBrowser('webkit')
  const screen = await startScreen(paths.screen)
  const open = new Set<Driven>()
  const start = async (): Promise<Driven> => {
    const driven = await startDriven(paths, screen.display)
    open.add(driven)
    return driven
  }
  const stop = async (driven: Driven): Promise<void> => {
    if (open.delete(driven)) await driven.close()
  }
  const close = async (): Promise<void> => {
    await Promise.allSettled([...open].map(stop))
    await screen.stop()
  }

  try {
    // The first one is started right away: a browser that does not come up shows here, not in some test.
    const first = await start()
    let spare: Driven | undefined = first
    const newProfile = async (): Promise<Profile> => {
      const driven = spare ?? (await start())
      spare = undefined
      return makeWebKitProfile(driven.session, () => stop(driven))
    }
    return { name: 'webkit', version: first.session.version, can: CAPABILITIES.webkit, newProfile, close }
  } catch (error) {
    await close()
    throw error
  }
}
