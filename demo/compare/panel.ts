import { byName, write } from '../page/elements.ts'
import { count } from '../page/wording.ts'
import { enterLibrary } from './library.ts'
import { type Result, run } from './run.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { enterSnippet } from './snippet.ts'

type Cell = (result: Result, scenario: Scenario) => { text: string; isBad: boolean }

const rows: [name: string, title: string, cell: Cell][] = [
  ['refreshes', 'Refresh calls', ({ refreshes }) => ({ text: String(refreshes), isBad: false })],
  [
    'answered',
    'Calls answered',
    ({ answered }, { calls }) => ({ text: `${answered} of ${calls}`, isBad: false }),
  ],
  ['seen', '401s seen by callers', ({ seen }) => ({ text: String(seen), isBad: seen > 0 })],
  [
    'lost',
    'Calls lost',
    ({ lost }, { signsOut = false }) => ({ text: String(lost), isBad: lost > 0 && !signsOut }),
  ],
  [
    'sign-outs',
    'Sign-outs nobody asked for',
    (result, { signsOut = false }) => {
      const isOut = !signsOut && !result.isSignedIn
      return { text: isOut ? '1' : '0', isBad: isOut }
    },
  ],
  [
    'signed-in',
    'Signed in afterwards',
    ({ isSignedIn }, { signsOut = false }) => ({
      text: isSignedIn ? 'yes' : 'no',
      isBad: isSignedIn === signsOut,
    }),
  ],
]

/** Lets both run at once, each against a backend of its own, and shows what came of it. */
export function startComparison(keepalive: boolean): void {
  const choice = byName<HTMLSelectElement>('scenario')
  const button = byName<HTMLButtonElement>('compare')
  choice.append(...scenarios.map(({ title, name }) => new Option(title, name)))
  const chosen = () => scenarios.find(({ name }) => name === choice.value) ?? (scenarios[0] as Scenario)

  async function compare(scenario: Scenario): Promise<void> {
    const id = crypto.randomUUID().slice(0, 8)
    show(scenario)
    write('verdict', 'Both are at it.')
    const [snippet, library] = await Promise.all([
      run(scenario, enterSnippet, `${id}-snippet`),
      run(scenario, (base) => enterLibrary(base, keepalive), `${id}-library`),
    ])
    show(scenario, [snippet, library])
    write('verdict', `Snippet: ${sum(snippet)}. Library: ${sum(library)}.`)
  }

  choice.addEventListener('change', () => {
    write('scenario-hint', chosen().story)
    show(chosen())
    write('verdict', 'Not run yet.')
  })
  button.addEventListener('click', () => {
    // Not `disabled`: that would take the focus away.
    if (button.ariaDisabled === 'true') return
    button.ariaDisabled = 'true'
    // The snippet has one place for its token, which all tabs of the demo share.
    navigator.locks
      .request('demo-compare', () => compare(chosen()))
      .catch((error: unknown) => write('verdict', `That did not work. ${error}`))
      .finally(() => {
        button.ariaDisabled = 'false'
      })
  })
  write('scenario-hint', chosen().story)
  show(chosen())
}

function show(scenario: Scenario, results: (Result | undefined)[] = [undefined, undefined]): void {
  const body = byName<HTMLTableElement>('results').tBodies[0]
  body?.replaceChildren(
    ...rows.map(([name, title, cell]) => {
      const row = document.createElement('tr')
      const head = document.createElement('th')
      head.scope = 'row'
      head.textContent = title
      row.dataset.row = name
      row.append(head, ...results.map((result) => toCell(result && cell(result, scenario))))
      return row
    }),
  )
}

function toCell(value: ReturnType<Cell> | undefined): HTMLElement {
  const element = document.createElement('td')
  element.textContent = value?.text ?? '–'
  if (value?.isBad) element.className = 'bad'
  return element
}

function sum({ answered, seen, lost, refreshes, isSignedIn }: Result): string {
  return `${answered} of ${count(answered + seen + lost, 'call')} answered with ${count(refreshes, 'refresh', 'refreshes')}, ${isSignedIn ? 'signed in' : 'signed out'}`
}
