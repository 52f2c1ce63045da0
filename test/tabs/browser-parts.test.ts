import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserEnvironment } from '../../src/browser/browser-environment.ts'
import { browserChannels } from '../../src/browser/channel.ts'
import { browserLocks } from '../../src/browser/locks.ts'
import { browserPage } from '../../src/browser/page.ts'
import { browserSignals } from '../../src/browser/signals.ts'
import { browserStorage } from '../../src/browser/storage.ts'

let view: EventTarget & { top?: unknown }

beforeEach(() => {
  view = new EventTarget()
  vi.stubGlobal('window', view)
  vi.stubGlobal('document', new EventTarget())
  vi.stubGlobal('location', { origin: 'https://app.test' })
  vi.stubGlobal('localStorage', undefined)
})

afterEach(() => void vi.unstubAllGlobals())

const storageEvent = (fields: object) => Object.assign(new Event('storage'), fields)
const blocked = () => {
  throw new DOMException('blocked', 'SecurityError')
}

describe('the channels of a browser', () => {
  it('carry a message to the others of the same name only', async () => {
    const open = browserChannels()
    const heard: unknown[] = []
    const sender = open?.('one', (data) => heard.push(['sender', data]))
    const others = await new Promise<unknown>((resolve) => {
      const stranger = open?.('two', (data) => heard.push(['stranger', data]))
      const receiver = open?.('one', (data) => {
        for (const channel of [stranger, receiver]) channel?.close()
        resolve(data)
      })
      sender?.post({ hello: 1 })
    })
    sender?.close()
    expect(others).toEqual({ hello: 1 })
    expect(heard).toEqual([])
  })

  it('can be closed, and keep no process alive', () => {
    const calls: string[] = []
    class Channel {
      unref = () => calls.push('unref')
      close = () => calls.push('close')
    }
    vi.stubGlobal('BroadcastChannel', Channel)
    browserChannels()?.('one', () => {}).close()
    expect(calls).toEqual(['unref', 'close'])
  })

  it('need no `unref`, which browsers do not have', () => {
    vi.stubGlobal('BroadcastChannel', class {})
    expect(browserChannels()?.('one', () => {})).toBeTypeOf('object')
  })

  it('are missing where the browser has none', () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    expect(browserChannels()).toBeUndefined()
  })
})

describe('the locks of a browser', () => {
  it.each([
    ['free', { name: 'a' }, true],
    ['taken', null, false],
  ])('say of a lock that is %s whether they have it', async (_, lock, has) => {
    const asked: unknown[] = []
    const request = async (name: string, options: object, run: (lock: unknown) => unknown) => {
      asked.push(name, options)
      return run(lock)
    }
    vi.stubGlobal('navigator', { locks: { request } })
    const got: boolean[] = []
    const result = await browserLocks()?.request('a', { ifAvailable: true }, async (isHeld) => {
      got.push(isHeld)
      return 'done'
    })
    expect([asked, got, result]).toEqual([['a', { ifAvailable: true }], [has], 'done'])
  })

  it('are missing on plain http', () => {
    vi.stubGlobal('navigator', {})
    expect(browserLocks()).toBeUndefined()
  })
})

describe('the storage of a browser', () => {
  class MemoryStorage {
    [key: string]: unknown
    getItem(key: string) {
      return this[key] ?? null
    }
    setItem(key: string, text: string) {
      this[key] = text
    }
    removeItem(key: string) {
      delete this[key]
    }
  }

  it('keeps texts', () => {
    vi.stubGlobal('localStorage', new MemoryStorage())
    const storage = browserStorage()
    expect([storage?.keys(), storage?.read('a')]).toEqual([[], undefined])
    storage?.write('a', '1')
    storage?.write('b', '')
    expect([storage?.keys(), storage?.read('a'), storage?.read('b')]).toEqual([['a', 'b'], '1', ''])
    storage?.remove('a')
    expect([storage?.keys(), storage?.read('a')]).toEqual([['b'], undefined])
  })

  it('tells of the changes that other tabs make to it, until it is told to stop', () => {
    const area = new MemoryStorage()
    vi.stubGlobal('localStorage', area)
    const heard: string[] = []
    const undo = browserStorage()?.subscribe((key) => heard.push(key))
    view.dispatchEvent(storageEvent({ key: 'a', storageArea: area }))
    view.dispatchEvent(storageEvent({ key: null, storageArea: area }))
    view.dispatchEvent(storageEvent({ key: 'b', storageArea: new MemoryStorage() }))
    expect(heard).toEqual(['a'])
    undo?.()
    view.dispatchEvent(storageEvent({ key: 'c', storageArea: area }))
    expect(heard).toEqual(['a'])
  })

  it('only remembers less when it is full or blocked', () => {
    const full = new Proxy({ getItem: blocked, setItem: blocked, removeItem: blocked }, { ownKeys: blocked })
    vi.stubGlobal('localStorage', full)
    const storage = browserStorage()
    storage?.write('a', '1')
    storage?.remove('a')
    expect([storage?.read('a'), storage?.keys()]).toEqual([undefined, []])
  })

  it.each([
    ['is forbidden', { get: blocked }],
    ['is null', { value: null }],
    ['is not there', { value: undefined }],
  ])('is missing where it %s', (_, property) => {
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, ...property })
    expect(browserStorage()).toBeUndefined()
  })
})

describe('the page of a browser', () => {
  it.each([
    ['at the top', () => view, false],
    ['in a page of its own origin', () => ({ location: { origin: 'https://app.test' } }), false],
    ['in a page of another origin', () => ({ location: { origin: 'https://portal.test' } }), true],
    ['in a page that may not be looked at', () => new Proxy({}, { get: blocked }), true],
    ['in a frame that is no longer there', () => null, true],
  ])('%s', (_, top, isEmbedded) => {
    Object.assign(view, { top: top(), location: { origin: 'https://frame.test' } })
    expect(browserPage.isEmbedded()).toBe(isEmbedded)
  })

  it('asks the cookie store, where there is one, and waits for its answer', async () => {
    const steps: unknown[] = []
    const get = async (name: string) => {
      steps.push(name)
      await null
      steps.push('answered')
    }
    vi.stubGlobal('cookieStore', { get })
    const timer = vi.fn()
    vi.stubGlobal('setTimeout', timer)
    await browserPage.cookiesLanded()
    expect(steps).toEqual([expect.stringMatching(/./), 'answered'])
    expect(timer).not.toHaveBeenCalled()
  })

  it('does not mind a cookie store that refuses', async () => {
    vi.stubGlobal('cookieStore', { get: async () => blocked() })
    expect(await browserPage.cookiesLanded()).toBeUndefined()
  })

  it('waits a task where there is no cookie store', async () => {
    vi.stubGlobal('cookieStore', undefined)
    const tasks: (() => void)[] = []
    vi.stubGlobal('setTimeout', (task: () => void) => tasks.push(task))
    let hasLanded = false
    const landed = browserPage.cookiesLanded().then(() => {
      hasLanded = true
    })
    for (let turn = 0; turn < 10; turn++) await null
    expect([hasLanded, tasks.length]).toEqual([false, 1])
    tasks[0]?.()
    await landed
  })
})

describe('a page of a browser', () => {
  it.each([
    [true, 'restore'],
    [false, 'wake'],
  ])('that was kept while it was left (%s) knows it: %s', (persisted, signal) => {
    const heard: string[] = []
    const undo = browserSignals.subscribe((each) => heard.push(each))
    view.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }))
    undo()
    expect(heard).toEqual([signal])
  })

  it('has an id that no other has', () => {
    vi.stubGlobal('navigator', {})
    const { createId } = browserEnvironment()
    const ids = Array.from({ length: 50 }, createId)
    expect(new Set(ids).size).toBe(50)
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{6,21}$/)
  })
})
