import { beforeEach, expect, it } from 'vitest'
import { buildDemo, expire, openAnew, openDemo, signIn } from './demo-page.ts'
import { describeEngines } from './engines/describe-engines.ts'

const builtPage = buildDemo()

for (const hosting of ['page', 'server'] as const) {
  const title = `a control of the demo with its backend in the ${hosting}`

  describeEngines(
    title,
    (browser) => {
      const open = openDemo(browser, hosting, builtPage)

      beforeEach(async () => {
        await openAnew(open())
        await signIn(open())
      })

      it('sets the clock of the server without any effect on the user', async () => {
        const demo = open()
        for (const [offset, words] of [
          ['120000', 'is 2 minutes fast'],
          ['-120000', 'is 2 minutes slow'],
          ['0', 'is right'],
        ] as const) {
          await demo.press('clear')
          await demo.choose('server-clock', offset)
          await demo.shows('log', words)
          await demo.press('axios-20')
          await demo.shows('log', '20 calls with axios: 20 answered')
          // By a fast clock the token has expired: that is all that happens, and nobody sees it.
          const refreshes = offset === '120000' ? 1 : 0
          expect(await demo.counts()).toMatchObject({ answered: 20, seen: 0, failed: 0, refreshes })
        }
        expect(await demo.read('status')).toBe('authenticated')
      })

      it('goes offline and comes back with the same user', async () => {
        const demo = open()
        await demo.press('offline')
        await demo.shows('log', 'No connection any more (simulated).')
        await demo.press('axios-1')
        await demo.shows('count-failed', '1')
        expect(await demo.tab.evaluate(() => navigator.onLine)).toBe(false)
        expect(await demo.read('status')).toBe('authenticated')
        await demo.press('offline')
        await demo.shows('log', 'The connection is back.')
        expect(await demo.tab.evaluate(() => navigator.onLine)).toBe(true)
        await demo.press('axios-20')
        await demo.shows('count-answered', '20')
        expect(await demo.read('who')).toContain('Alice')
      })

      it('opens three more tabs, in which 80 calls cost one refresh, and which sign out together', async () => {
        const demo = open()
        const answered = (tabs: number) =>
          demo.tab.waitFor((wanted) => {
            const entries = [...document.querySelectorAll('[data-testid="log"] li')]
            return entries.filter((one) => one.textContent?.includes('Another tab: 20 of')).length === wanted
          }, tabs)
        await demo.press('open-tabs')
        await demo.shows('log', 'Three more tabs are open.')
        await demo.shows('tabs', '4 tabs, 4 signed in')
        const shown = await demo.tab.waitFor(() => {
          const opened = Object.assign(window, {
            another: Reflect.get(window, 'another') ?? window.open('/'),
          })
          return opened.another?.document
            .querySelector('[data-testid="tabs"]')
            ?.textContent?.startsWith('5 tabs, 5')
        })
        expect(shown).toBe(true)
        await demo.tab.evaluate(() => Reflect.get(window, 'another').close())
        await demo.shows('tabs', '4 tabs, 4 signed in')
        await demo.press('fire-everywhere')
        await demo.shows('log', '20 calls with axios: 20 answered')
        await answered(3)
        expect(await demo.read('log')).not.toContain('Another tab: 19')
        await demo.shows('count-refreshes', '1')
        await demo.press('sign-out')
        await demo.shows('tabs', '4 tabs, 0 signed in')
      })

      it('reloads the page in the middle of a refresh, and the user is still there', async () => {
        const demo = open()
        await demo.press('reload')
        await demo.shows('log', 'Reloaded in the middle of a refresh: still signed in.')
        await demo.shows('who', 'Alice')
        await demo.press('axios-20')
        await demo.shows('log', '20 calls with axios: 20 answered')
      })

      it('revokes the session on the server, and the next call finds out', async () => {
        const demo = open()
        await demo.press('revoke')
        await demo.shows('log', 'The server has revoked this session.')
        expect(await demo.read('status')).toBe('authenticated')
        await demo.press('axios-1')
        await demo.shows('status', 'unauthenticated')
        expect(await demo.read('reason')).toContain('refused')
      })

      it('steals a refresh token, which the server takes for the theft it is', async () => {
        const demo = open()
        await demo.press('steal')
        await demo.shows('log', 'The thief was refused (refresh_reused)')
        // The rest takes seconds and is the same everywhere.
        if (hosting === 'page' || browser.name === 'firefox') return
        await demo.shows('status', 'unauthenticated')
        expect(await demo.read('reason')).toContain('refused')
      })
    },
    { engines: ['chromium', 'firefox'] },
  )
}

describeEngines(
  'any control of the demo',
  (browser) => {
    const open = openDemo(browser, 'server', builtPage)

    beforeEach(async () => {
      await openAnew(open())
      await signIn(open())
    })

    it('changes the life of the tokens', async () => {
      const demo = open()
      await demo.choose('lifetime', '5000')
      await demo.shows('margin', 'Too short-lived to refresh ahead')
      await demo.choose('lifetime', '900000')
      await demo.shows('expiry', 'expires in 1')
      await demo.shows('margin', 'about 60 s before the end')
    })

    it('asks for patience, and never answers, and the session is kept', async () => {
      const demo = open()
      await demo.choose('refresh-answer', 'limited')
      await demo.shows('log', 'answers 429')
      await expire(demo)
      await demo.press('refresh')
      await demo.shows('log', 'No new token')
      await demo.shows('log', 'Next attempt in 5')
      await demo.choose('refresh-answer', 'hangs')
      await demo.shows('log', 'never answers')
      await demo.press('axios-1')
      await demo.shows('count-pending', '1')
      expect(await demo.read('status')).toBe('authenticated')
      await demo.choose('refresh-answer', 'normal')
      await demo.shows('log', 'The refresh endpoint now works')
      await demo.tab.reload()
      await demo.shows('who', 'Alice')
    })

    it('makes calls wait for a slow refresh, 500 as well as one', async () => {
      const demo = open()
      await demo.press('slow')
      await demo.shows('log', 'Refreshes now take 2 seconds.')
      await expire(demo)
      await demo.press('fetch-500')
      await demo.shows('refreshing', 'yes')
      await demo.press('axios-1')
      await demo.press('fetch-1')
      await demo.shows('count-answered', '502')
      await demo.shows('log', 'New token after')
      // A busy machine takes longer; two seconds are what the server waits.
      const seconds = await demo.tab.evaluate(() => {
        const log = document.querySelector('[data-testid="log"]')?.textContent ?? ''
        return /New token after ([\d.]+) s/.exec(log)?.[1]
      })
      expect(Number(seconds)).toBeGreaterThanOrEqual(2)
      expect(await demo.counts()).toMatchObject({ seen: 0, failed: 0, refreshes: 1 })
      await demo.press('slow')
      await demo.shows('log', 'Refreshes are quick again.')
    })

    it('copies the log and clears it', async () => {
      const demo = open()
      await demo.tab.evaluate(() => {
        const writeText = async (text: string) => {
          document.title = text
        }
        Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText } })
      })
      await demo.press('copy')
      await demo.shows('copy', 'Copied')
      expect(await demo.tab.evaluate(() => document.title)).toContain('Welcome, Alice.')
      await demo.press('clear')
      await demo.tab.waitFor(() => document.querySelector('[data-testid="log"]')?.childElementCount === 0)
    })

    it('says that nobody is signed in, where somebody is needed', async () => {
      const demo = open()
      await demo.press('sign-out')
      await demo.shows('log', 'its cookie is gone')
      for (const name of ['reload', 'revoke', 'steal', 'sign-out-everywhere', 'sign-out-refreshing']) {
        await demo.press('clear')
        await demo.press(name)
        await demo.shows('log', 'Sign in first')
      }
    })
  },
  { engines: ['chromium', 'firefox'] },
)

describeEngines(
  'the mock in the page of the demo',
  (browser) => {
    const open = openDemo(browser, 'page', builtPage)

    it('answers 500 calls with an expired token after one refresh', async () => {
      const demo = open()
      await openAnew(demo)
      await signIn(demo)
      await expire(demo)
      await demo.press('axios-500')
      await demo.shows('log', '500 calls with axios: 500 answered')
      await demo.shows('count-refreshes', '1')
      expect(await demo.counts()).toMatchObject({ answered: 500, seen: 0, failed: 0, refreshes: 1 })
    })
  },
  { engines: ['chromium'] },
)
