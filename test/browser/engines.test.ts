import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import { type BuiltPage, buildPage, type Handler, type StaticServer, servePage } from './page-host.ts'

const answer: Handler = (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/sign-in') {
    response.setHeader('set-cookie', [
      'session=secret; HttpOnly; Path=/',
      'refresh=hidden; HttpOnly; Path=/auth',
    ])
    response.end('signed in')
    return true
  }
  if (pathname === '/cookies' || pathname.startsWith('/auth/')) {
    response.end(request.headers.cookie ?? '')
    return true
  }
  if (pathname === '/strict') {
    response.setHeader('content-security-policy', "default-src 'self'")
    response.setHeader('content-type', 'text/html').end('<title>strict</title>')
    return true
  }
  // Answered only when the test says so by asking for /open; until then the page that wants it stays away.
  if (pathname === '/closed') {
    waiting.push(() => response.setHeader('content-type', 'text/html').end('<title>open</title>'))
    return true
  }
  if (pathname === '/open') {
    for (const open of waiting.splice(0)) open()
    response.end()
    return true
  }
  return false
}

const waiting: (() => void)[] = []
let page: BuiltPage
let server: StaticServer

beforeAll(async () => {
  page = await buildPage(new URL('./pages/probe.ts', import.meta.url))
  server = await servePage(page.directory, answer)
})

afterAll(async () => {
  await server?.close()
  await page?.cleanUp()
})

const textOf = (tab: Tab, path: string): Promise<string> =>
  tab.evaluate(async (target) => (await fetch(target)).text(), path)

describeEngines('a browser under test', (browser) => {
  const openTab = async (): Promise<Tab> => {
    const tab = await browser.newTab()
    await tab.goto(`${server.origin}/`)
    return tab
  }

  it('sends an HttpOnly cookie that page scripts cannot read', async () => {
    const tab = await openTab()
    await textOf(tab, '/sign-in')
    expect(await textOf(tab, '/cookies')).toBe('session=secret')
    expect(await tab.evaluate(() => document.cookie)).toBe('')
  })

  it('tells the test about HttpOnly cookies, each for the paths it is sent to', async () => {
    const profile = await browser.newProfile()
    const tab = await profile.newTab()
    await tab.goto(`${server.origin}/`)
    await textOf(tab, '/sign-in')
    const atRoot = await profile.cookies(`${server.origin}/`)
    expect(atRoot).toMatchObject([{ name: 'session', value: 'secret', path: '/', httpOnly: true }])
    const atAuth = await profile.cookies(`${server.origin}/auth/refresh`)
    expect(atAuth.map(({ name }) => name).sort()).toEqual(['refresh', 'session'])
  })

  it('shares cookies and BroadcastChannels between the tabs of a profile', async () => {
    const profile = await browser.newProfile()
    const [first, second] = [await profile.newTab(), await profile.newTab()]
    await first.goto(`${server.origin}/`)
    await second.goto(`${server.origin}/`)
    await textOf(first, '/sign-in')
    expect(await textOf(second, '/cookies')).toBe('session=secret')

    await second.evaluate(() => {
      new BroadcastChannel('greeting').onmessage = ({ data }) => {
        document.title = data
      }
    })
    await first.evaluate(() => new BroadcastChannel('greeting').postMessage('hello'))
    expect(await second.waitFor(() => document.title === 'hello')).toBe(true)
  })

  it('shares Web Locks between the tabs of a profile, which answer while another one waits', async () => {
    const profile = await browser.newProfile()
    const [holder, waiter] = [await profile.newTab(), await profile.newTab()]
    await holder.goto(`${server.origin}/`)
    await waiter.goto(`${server.origin}/`)
    await holder.evaluate(
      () =>
        new Promise<void>((held) => {
          const untilClick = new Promise((resolve) => addEventListener('click', resolve))
          navigator.locks.request('one', () => {
            held()
            return untilClick
          })
        }),
    )
    const granted = waiter.evaluate(() => navigator.locks.request('one', () => 'granted'))
    await holder.waitFor(async () => (await navigator.locks.query()).pending?.length === 1)
    await holder.evaluate(() => {
      dispatchEvent(new Event('click'))
    })
    expect(await granted).toBe('granted')
  })

  it('keeps profiles apart', async () => {
    const [mine, yours] = [await openTab(), await openTab()]
    await textOf(mine, '/sign-in')
    expect(await textOf(mine, '/cookies')).toBe('session=secret')
    expect(await textOf(yours, '/cookies')).toBe('')
    await mine.evaluate(() => {
      localStorage.setItem('note', 'mine')
    })
    expect(await yours.evaluate(() => localStorage.getItem('note'))).toBeNull()
  })

  it('hands arguments and the results of async functions over as JSON', async () => {
    const tab = await openTab()
    const given = { text: 'a "quoted" line\n', list: [1, null, true] }
    expect(await tab.evaluate(async (value, add) => ({ ...value, add }), given, 2)).toEqual({
      ...given,
      add: 2,
    })
    expect(await tab.evaluate(() => undefined)).toBeUndefined()
  })

  it('surfaces what a page throws or rejects with as an Error of the same name', async () => {
    const tab = await openTab()
    const thrown = tab.evaluate(() => {
      throw new TypeError('no such user')
    })
    await expect(thrown).rejects.toMatchObject({ name: 'TypeError', message: 'no such user' })
    const rejected = tab.evaluate(() => fetch('/cookies', { signal: AbortSignal.abort() }))
    await expect(rejected).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('rejects an evaluation whose page goes away, instead of waiting for it', async () => {
    const tab = await openTab()
    const never = tab.evaluate(() => {
      document.title = 'waiting'
      return new Promise(() => {})
    })
    const rejected = expect(never).rejects.toThrow()
    await tab.waitFor(() => document.title === 'waiting')
    await tab.reload()
    await rejected
  })

  it('evaluates in a page whose content security policy forbids eval', async () => {
    const tab = await browser.newTab()
    await tab.goto(`${server.origin}/strict`)
    expect(await tab.evaluate(async () => document.title)).toBe('strict')
  })

  it('loads a page anew on reload', async () => {
    const tab = await openTab()
    await tab.evaluate(() => {
      document.title = 'changed'
    })
    await tab.reload()
    expect(await tab.evaluate(() => document.title)).toBe('Test page')
  })

  it('leaves a page without waiting for the next one', async () => {
    const profile = await browser.newProfile()
    const [leaving, other] = [await profile.newTab(), await profile.newTab()]
    await leaving.goto(`${server.origin}/`)
    await other.goto(`${server.origin}/`)
    await leaving.leave(`${server.origin}/closed`)
    await expect.poll(() => waiting.length).toBe(1)
    await textOf(other, '/open')
    expect(await leaving.waitFor(() => document.title === 'open' && location.pathname)).toBe('/closed')
  })

  it('closes a tab and goes on with the others', async () => {
    const profile = await browser.newProfile()
    const first = await profile.newTab()
    await first.close()
    const second = await profile.newTab()
    await second.goto(`${server.origin}/`)
    await second.bringToFront()
    expect(await second.evaluate(() => document.visibilityState)).toBe('visible')
  })

  it('is a secure context with Web Locks', async () => {
    const tab = await openTab()
    expect(await tab.evaluate(() => isSecureContext && typeof navigator.locks.request)).toBe('function')
  })

  it('runs a page that was built from TypeScript', async () => {
    const tab = await openTab()
    expect(await tab.evaluate(() => globalThis.probe?.describe(new Error('broken')))).toBe('broken')
  })
})
