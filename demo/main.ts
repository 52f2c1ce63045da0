import { readHosting } from './page/hosting.ts'
import { startPage } from './page/page.ts'

try {
  const hosting = await readHosting()
  if (hosting === 'page') {
    const { startMock } = await import('./mock.ts')
    await startMock()
  }
  startPage(hosting)
  // Until now a click would have been lost.
  const main = document.querySelector('main')
  main?.removeAttribute('inert')
  main?.removeAttribute('aria-busy')
} catch (error) {
  const problem = document.querySelector<HTMLElement>('.problem[role=alert]')
  if (problem) {
    problem.textContent = `The page could not start its backend. \`npm run demo -- --server\` needs no service worker. (${error})`
    problem.hidden = false
  }
}
