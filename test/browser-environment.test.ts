// Loaded before the globals are watched: axios itself looks at them.
import 'axios'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserEnvironment, hasPage, nativeFetch } from '../src/browser/browser-environment.ts'
import { browserClock } from '../src/browser/clock.ts'
import { browserPage } from '../src/browser/page.ts'
import { browserSignals } from '../src/browser/signals.ts'
import type { Signal } from '../src/session/environment.ts'

/** An event target that counts who listens to it. */
class Target extends EventTarget {
  readonly listening = new Map<string, number>()

  override addEventListener(type: string, listener: EventListener): void {
    this.listening.set(type, (this.listening.get(type) ?? 0) + 1)
    super.addEventListener(type, listener)
  }

  override removeEventListener(type: string, listener: EventListener): void {
    this.listening.set(type, (this.listening.get(type) ?? 0) - 1)
    super.removeEventListener(type, listener)
  }

  get count(): number {
    return [...this.listening.values()].reduce((sum, each) => sum + each, 0)
  }

  say(type: string): void {
    this.dispatchEvent(new Event(type))
  }
}

class Page extends Target {
  visibilityState = 'visible'
  baseURI = 'https://app.test/start/'
  cookie = ''
}

let page: Page
let view: Target

beforeEach(() => {
  page = new Page()
  view = new Target()
  vi.stubGlobal('document', page)
  vi.stubGlobal('window', view)
  vi.stubGlobal('location', { origin: 'https://app.test' })
  vi.stubGlobal('navigator', { onLine: true })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the signals of a browser', () => {
  function listen() {
    const heard: Signal[] = []
    const undo = browserSignals.subscribe((signal) => heard.push(signal))
    return { heard, undo }
  }

  it('tell a page that goes into the background from one that comes back', () => {
    const { heard } = listen()
    page.visibilityState = 'hidden'
    page.say('visibilitychange')
    page.visibilityState = 'visible'
    page.say('visibilitychange')
    expect(heard).toEqual(['hide', 'wake'])
  })

  it.each([
    ['resume', () => page, 'wake'],
    ['pageshow', () => view, 'wake'],
    ['pagehide', () => view, 'leave'],
    ['online', () => view, 'online'],
  ] as const)('understand "%s"', (type, target, signal) => {
    const { heard } = listen()
    target().say(type)
    expect(heard).toEqual([signal])
  })

  it.each(['focus', 'blur', 'offline', 'storage'])('do not mind "%s"', (type) => {
    const { heard } = listen()
    page.say(type)
    view.say(type)
    expect(heard).toEqual([])
  })

  it('leave no listener behind', () => {
    const one = listen()
    const other = listen()
    expect(page.count + view.count).toBe(10)
    one.undo()
    expect(page.count + view.count).toBe(5)
    view.say('online')
    expect([one.heard, other.heard]).toEqual([[], ['online']])
    other.undo()
    expect([...page.listening.values(), ...view.listening.values()]).toEqual([0, 0, 0, 0, 0])
  })

  it('say whether the page is seen', () => {
    expect(browserSignals.isVisible()).toBe(true)
    page.visibilityState = 'hidden'
    expect(browserSignals.isVisible()).toBe(false)
    page.visibilityState = 'prerender'
    expect(browserSignals.isVisible()).toBe(true)
  })

  it.each([
    [true, true],
    [false, false],
    [undefined, true],
  ])('take a browser for offline only when it says so: %s', (onLine, isOnline) => {
    vi.stubGlobal('navigator', { onLine })
    expect(browserSignals.isOnline()).toBe(isOnline)
  })
})

describe('the clock of a browser', () => {
  it('is that of timers which are installed later', () => {
    vi.useFakeTimers({ now: 5000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    const start = browserClock.now()
    const called: string[] = []
    browserClock.startTimer(() => called.push('kept'), 1000)
    const undo = browserClock.startTimer(() => called.push('undone'), 1000)
    undo()
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(999)
    expect(called).toEqual([])
    vi.advanceTimersByTime(1)
    expect(called).toEqual(['kept'])
    const { monotonic, wall } = browserClock.now()
    expect(start.wall).toBe(5000)
    expect([monotonic - start.monotonic, wall - start.wall]).toEqual([1000, 1000])
    vi.setSystemTime(0)
    expect(browserClock.now()).toEqual({ monotonic, wall: 0 })
  })
})

describe('the page of a browser', () => {
  it('says where it is, at each call', () => {
    expect([browserPage.baseUrl(), browserPage.origin]).toEqual([
      'https://app.test/start/',
      'https://app.test',
    ])
    page.baseURI = 'https://cdn.test/'
    vi.stubGlobal('location', { origin: 'null' })
    expect([browserPage.baseUrl(), browserPage.origin]).toEqual(['https://cdn.test/', 'null'])
  })

  it.each([
    ['', undefined],
    ['other=1', undefined],
    ['csrf=abc', 'abc'],
    ['a=1; csrf=abc; b=2', 'abc'],
    ['xcsrf=no; csrf=yes', 'yes'],
    ['csrf-token=no; csrf=yes', 'yes'],
    ['csrf=', ''],
    ['csrf=a=b==', 'a=b=='],
    ['csrf=a%20b%3D', 'a b='],
    ['csrf=100%', '100%'],
    ['csrf=first; csrf=second', 'first'],
    ['a=csrf=no', undefined],
  ])('reads a cookie: from "%s" comes %s', (cookie, value) => {
    page.cookie = cookie
    expect(browserPage.readCookie('csrf')).toBe(value)
  })
})

describe('the environment of a browser', () => {
  it('knows a page from a server', () => {
    expect(hasPage()).toBe(true)
    vi.stubGlobal('document', undefined)
    expect(hasPage()).toBe(false)
  })

  it('fetches with what fetch is by then, as a function of the global object', async () => {
    const calls: unknown[] = []
    const answer = new Response()
    vi.stubGlobal('fetch', function (this: unknown, ...sent: unknown[]) {
      calls.push([this === globalThis, ...sent])
      return Promise.resolve(answer)
    })
    const init = { method: 'POST' }
    expect(await nativeFetch('/api', init)).toBe(answer)
    expect(await browserEnvironment().fetch('/api', init)).toBe(answer)
    expect(calls).toEqual(Array(2).fill([true, '/api', init]))
  })

  it('reports errors as the browser does', () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    const error = new Error('from a listener')
    browserEnvironment().reportError(error)
    expect(reportError.mock.calls).toEqual([[error]])
  })

  it('reports errors as unhandled rejections to a browser that cannot', () => {
    vi.stubGlobal('reportError', undefined)
    const reject = vi.spyOn(Promise, 'reject').mockReturnValue(Promise.resolve() as Promise<never>)
    const error = new Error('from a listener')
    browserEnvironment().reportError(error)
    const { calls } = reject.mock
    reject.mockRestore()
    expect(calls).toEqual([[error]])
  })
})

describe('importing the library', () => {
  it.each([
    ['both clients', () => import('../src/index.ts')],
    ['fetch alone', () => import('../src/fetch.ts')],
  ])('touches nothing: %s', async (_, load) => {
    vi.resetModules()
    const touched: PropertyKey[] = []
    const untouchable = (name: string) =>
      new Proxy(
        {},
        {
          get: (_target, key) => touched.push(`${name}.${String(key)}`),
          set: (_target, key) => touched.push(`${name}.${String(key)}`) > 0,
        },
      )
    for (const name of ['document', 'window', 'location', 'navigator']) vi.stubGlobal(name, untouchable(name))
    const start = vi.fn()
    for (const name of ['setTimeout', 'setInterval', 'fetch']) vi.stubGlobal(name, start)
    const before = Reflect.ownKeys(globalThis)
    const { createSession } = await load()
    expect(createSession).toBeTypeOf('function')
    expect([touched, start.mock.calls]).toEqual([[], []])
    expect(Reflect.ownKeys(globalThis)).toEqual(before)
  })
})
