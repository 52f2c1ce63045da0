import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { serveDemo } from '../../demo/host/serve.ts'
import { buildDemo } from './demo-page.ts'
import { chromiumOptions } from './engines/chromium.ts'
import { describeEngines } from './engines/describe-engines.ts'

const builtPage = buildDemo()
const axe = readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

const looks: [name: string, options: BrowserContextOptions][] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
]

// The tabs of all other tests know neither looks nor keys.
describeEngines(
  'the page of the demo',
  () => {
    let browser: Browser
    let demo: Awaited<ReturnType<typeof serveDemo>>

    beforeAll(async () => {
      browser = await chromium.launch(chromiumOptions())
      demo = await serveDemo(builtPage(), 0)
    })

    afterAll(async () => {
      await browser.close()
      await demo.close()
    })

    async function open(options: BrowserContextOptions = {}) {
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
      onTestFinished(() => context.close())
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      await page.goto(demo.url)
      await page.locator('main:not([inert])').waitFor()
      return { page, complaints }
    }

    const shows = (page: Page, name: string, text: string) =>
      page.getByTestId(name).getByText(text).first().waitFor()

    it.each(looks)('shuts nobody out and overflows nowhere (%s)', async (_name, options) => {
      const { page, complaints } = await open(options)
      await page.evaluate(() => {
        for (const group of document.querySelectorAll('details')) group.open = true
      })
      await page.getByTestId('sign-in-alice').click()
      await page.getByTestId('compare').click()
      await shows(page, 'status', 'authenticated')
      await shows(page, 'log', 'Welcome, Alice.')
      await page.getByTestId('axios-20').click()
      await shows(page, 'log', '20 answered')
      await shows(page, 'verdict', 'Library: 20 of 20')
      const isWider = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      )
      expect(isWider).toBe(false)
      // As text, because the page lets no script in that is not its own.
      await page.evaluate(await axe)
      const { violations } = await page.evaluate<AxeResults>('axe.run()')
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)).toEqual(
        [],
      )
      // The browser itself complains about each 401 of the comparison.
      expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
    })

    it('is worked by the keyboard alone', async () => {
      const { page } = await open()
      const tabTo = async (name: string) => {
        const target = page.locator(`[data-testid="${name}"]:focus, [data-testid="${name}"] > :focus`)
        for (let steps = 0; steps < 60 && (await target.count()) === 0; steps += 1) {
          await page.keyboard.press('Tab')
        }
        expect(await target.count()).toBe(1)
      }
      await tabTo('sign-in-alice')
      await page.keyboard.press('Enter')
      await shows(page, 'who', 'Alice')
      await tabTo('axios-20')
      await page.keyboard.press('Space')
      await shows(page, 'log', '20 calls with axios: 20 answered')
      await tabTo('group-refresh')
      await page.keyboard.press('Enter')
      await tabTo('refresh-answer')
      await page.keyboard.press('ArrowDown')
      await shows(page, 'log', 'The refresh endpoint now answers 500')
      await tabTo('compare')
      await page.keyboard.press('Enter')
      await shows(page, 'verdict', 'Library: 20 of 20')
    })
  },
  { engines: ['chromium'] },
)
