import { writeFile } from 'node:fs/promises'
import { BOUND, pause } from './bounds.ts'
import type { Cookie, Profile, Tab } from './engine.ts'
import { makeTab } from './tab.ts'
import type { Session } from './webdriver.ts'

// What a script leaves in the page between two commands; a symbol, so that no page code meets it by chance.
const OURS = "globalThis[Symbol.for('silent-refresh tests')]"

// A command that waited for the page would keep every other tab of the session waiting. So an evaluation is
// started by one command and asked after by further ones. A page that goes away takes its answer with it.
const evaluate = async (
  session: Session,
  window: string,
  expression: string,
  bound: number,
): Promise<string> => {
  const end = Date.now() + bound
  const id = crypto.randomUUID()
  const start = `(${OURS} ??= {})[arguments[0]] = ''
    ;(${expression}).then((answer) => { ${OURS}[arguments[0]] = answer })`
  const ask = `const answer = ${OURS}?.[arguments[0]]
    if (answer) delete ${OURS}[arguments[0]]
    return answer ?? null`
  await session.execute(window, start, id)
  while (Date.now() < end) {
    const answer = await session.execute(window, ask, id)
    if (typeof answer !== 'string') throw new Error('the page went away before it had answered')
    if (answer !== '') return answer
    await pause(5)
  }
  throw new Error(`evaluate: no end after ${bound} ms`)
}

/** Runs a navigation and waits until another document than the present one has loaded. */
const untilLoaded = async (session: Session, window: string, url: string, go: () => Promise<unknown>) => {
  const end = Date.now() + BOUND
  await session.execute(window, `(${OURS} ??= {}).old = true`)
  await go()
  // A page that could not be loaded shows as an empty one.
  const ask = `const old = ${OURS}?.old && !(arguments[0].includes('#') && location.href === arguments[0])
    const failed = location.href === 'about:blank' && arguments[0] !== 'about:blank'
    return !old && !failed && document.readyState === 'complete'`
  let last: unknown
  while (Date.now() < end) {
    // While one document gives way to the next there may be none to ask.
    last = await session.execute(window, ask, url).catch(String)
    if (last === true) return
    await pause()
  }
  throw new Error(`${url} did not load within ${BOUND} ms (${last})`)
}

const makeWebKitTab = (session: Session, window: string, close: () => Promise<void>): Tab =>
  makeTab({
    run: (expression, bound) => evaluate(session, window, expression, bound),
    goto: (url) => {
      const target = new URL(url).href
      return untilLoaded(session, window, target, () =>
        session.inWindow(window, 'POST', '/url', { url: target }),
      )
    },
    reload: async () => {
      const url = (await session.inWindow(window, 'GET', '/url')) as string
      const target = url.replace(/#.*/, '')
      await untilLoaded(session, window, target, () => session.inWindow(window, 'POST', '/refresh'))
    },
    close,
    bringToFront: async () => {
      await session.inWindow(window, 'GET', '/title')
    },
    consoleErrors: () => [],
    screenshot: async (path) => {
      const image = (await session.inWindow(window, 'GET', '/screenshot')) as string
      await writeFile(path, image, 'base64')
    },
    rendererPid: unknownProcess,
    crash: unknownProcess,
  })

// A web process that is killed takes the whole session of the driver with it.
const unknownProcess = async (): Promise<never> => {
  throw new Error('webkit does not tell which process runs a page')
}

const withoutQuery = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

export const makeWebKitProfile = async (session: Session, close: () => Promise<void>): Promise<Profile> => {
  const tabs = new Set<string>()
  // The browser ends with its last window, so one is kept in reserve; at first the one it came with.
  let [reserve] = (await session.command('GET', '/window/handles')) as (string | undefined)[]

  // Of the two kinds of window only this one is visible; a new 'tab' stays in the background for good.
  // Asked for in a window that is there: the one the driver was in last may be closed.
  const open = async (type: 'window' | 'tab' = 'window', from = [...tabs][0] ?? reserve): Promise<string> => {
    const answer = from
      ? await session.inWindow(from, 'POST', '/window/new', { type })
      : await session.command('POST', '/window/new', { type })
    return (answer as { readonly handle: string }).handle
  }

  const closeTab = async (window: string): Promise<void> => {
    if (!tabs.delete(window)) return
    if (tabs.size === 0) reserve ??= await open('window', window)
    await session.inWindow(window, 'DELETE', '/window')
  }

  const newTab: Profile['newTab'] = async ({ hidden = false } = {}) => {
    const window = hidden ? await open('tab') : (reserve ?? (await open()))
    if (window === reserve) reserve = undefined
    tabs.add(window)
    return makeWebKitTab(session, window, () => closeTab(window))
  }

  const readCookies = async (window: string): Promise<readonly Cookie[]> =>
    (await session.inWindow(window, 'GET', '/cookie')) as Cookie[]

  const cookies = async (url: string): Promise<readonly Cookie[]> => {
    for (const window of tabs) {
      const shown = (await session.inWindow(window, 'GET', '/url')) as string
      if (shown.startsWith('http') && withoutQuery(shown) === withoutQuery(url)) return readCookies(window)
    }
    const window = await open()
    try {
      await makeWebKitTab(session, window, async () => {}).goto(url)
      return await readCookies(window)
    } finally {
      await session.inWindow(window, 'DELETE', '/window')
    }
  }

  const setOffline = async (): Promise<void> => {
    throw new Error('webkit cannot be set offline: its driver has no command for it')
  }

  return { newTab, cookies, setOffline, tokensSeen: () => [], close }
}
