import { readHosting } from './page/hosting.ts'
import { startPage } from './page/page.ts'

try {
  const hosting = await readHosting()
  if (hosting === 'page') {
    const { startMock } = await import('./mock.ts')
    await startMock()
  }
  startPage(hosting)
} catch (error) {
  const problem = document.querySelector<HTMLElement>('.problem[role=alert]')
  if (problem) {
    problem.textContent = `The page could not start its backend. \`npm run demo -- --server\` needs no service worker. (${error})`
    problem.hidden = false
  }
}
