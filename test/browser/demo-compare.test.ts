import { expect, it } from 'vitest'
import { scenarios } from '../../demo/compare/scenarios.ts'
import { buildDemo, openDemo, untilReady } from './demo-page.ts'
import { describeEngines } from './engines/describe-engines.ts'

const builtPage = buildDemo()

type Numbers = [refreshes: number, answered: number, seen: number, lost: number, signedIn: boolean]

const well = (calls: number): Numbers => [1, calls, 0, 0, true]

// What the snippet does here it does on every server that behaves so: that is why it is worth showing.
const expected: Record<string, { snippet: Numbers; library: Numbers }> = {
  expired: { snippet: well(20), library: well(20) },
  late: { snippet: [2, 2, 0, 0, true], library: well(2) },
  tabs: { snippet: [2, 20, 0, 0, true], library: well(20) },
  strict: { snippet: [3, 0, 20, 0, false], library: well(20) },
  unavailable: { snippet: [1, 0, 0, 20, false], library: [2, 20, 0, 0, true] },
  lost: { snippet: [1, 0, 0, 20, false], library: [2, 20, 0, 0, true] },
  portal: { snippet: [5, 0, 5, 0, true], library: [1, 0, 5, 0, true] },
  'sign-out': { snippet: [1, 0, 1, 0, true], library: [1, 0, 1, 0, false] },
}

/** Where the cookie and the order of things matter; the mock is the same backend. */
const delicate = ['strict', 'lost', 'sign-out']

for (const hosting of ['page', 'server'] as const) {
  const title = `the comparison of the demo with its backend in the ${hosting}`

  describeEngines(
    title,
    (browser) => {
      const open = openDemo(browser, hosting, builtPage)

      it('counts what the callers and the backend met, and leaves the session of the page alone', async () => {
        const demo = open()
        const { tab } = demo
        await tab.goto(demo.url)
        await untilReady(demo)
        await demo.press('sign-in-bob')
        await demo.shows('who', 'Bob')
        const tried = scenarios.filter(({ name }) => hosting === 'server' || delicate.includes(name))
        const counted: Record<string, unknown> = {}
        for (const { name, calls, signsOut = false } of tried) {
          await demo.choose('scenario', name)
          await demo.shows('verdict', 'Not run yet.')
          await demo.press('compare')
          await demo.shows('verdict', 'Library: ')
          const rows = await tab.evaluate(() => {
            const found = [...document.querySelectorAll<HTMLElement>('[data-testid="results"] [data-row]')]
            const texts = (row: HTMLElement) =>
              [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')
            return Object.fromEntries(found.map((row) => [row.dataset.row ?? '', texts(row)]))
          })
          const numbersOf = (column: number): Numbers => {
            const text = (row: string) => rows[row]?.[column] ?? ''
            expect(text('answered')).toContain(` of ${calls}`)
            const isSignedIn = text('signed-in') === 'yes'
            expect(text('sign-outs')).toBe(isSignedIn || signsOut ? '0' : '1')
            const [refreshes, answered, seen, lost] = ['refreshes', 'answered', 'seen', 'lost'].map((row) =>
              Number.parseInt(text(row), 10),
            )
            return [refreshes ?? -1, answered ?? -1, seen ?? -1, lost ?? -1, isSignedIn]
          }
          counted[name] = { snippet: numbersOf(0), library: numbersOf(1) }
        }
        expect(counted).toEqual(Object.fromEntries(tried.map(({ name }) => [name, expected[name]])))
        expect(await demo.counts()).toMatchObject({ answered: 0, seen: 0, failed: 0, refreshes: 0 })
        expect(await demo.read('who')).toContain('Bob')
        expect(await tab.evaluate(() => JSON.stringify({ ...localStorage }))).not.toMatch(/eyJ[\w-]+\.eyJ/)
      })
    },
    { engines: ['chromium', 'firefox'] },
  )
}
