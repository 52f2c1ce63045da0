import type { Connection } from '../session.ts'
import { backend } from './backend.ts'
import { byName } from './elements.ts'
import type { Log } from './log.ts'

const slow = 2000

/** The controls that stay where they are put: what the backend does from now on. */
export async function startControls({ session }: Connection, log: Log): Promise<void> {
  const answer = byName<HTMLSelectElement>('refresh-answer')
  const slowness = byName<HTMLInputElement>('slow')
  const lifetime = byName<HTMLSelectElement>('lifetime')
  const chosen = (select: HTMLSelectElement) => select.selectedOptions[0]?.text ?? select.value

  const { faults } = await backend.state()
  answer.value = faults.refresh
  slowness.checked = faults.refreshDelay > 0
  lifetime.value = String(faults.tokenLifetime)

  on(answer, async () => {
    await backend.change({ refresh: answer.value as typeof faults.refresh })
    log.add(`The refresh endpoint now ${chosen(answer)}.`)
  })
  on(slowness, async () => {
    await backend.change({ refreshDelay: slowness.checked ? slow : 0 })
    log.add(slowness.checked ? 'Refreshes now take 2 seconds.' : 'Refreshes are quick again.')
  })
  on(lifetime, async () => {
    await backend.change({ tokenLifetime: Number(lifetime.value) })
    log.add(`Access tokens now live for ${chosen(lifetime)}.`)
    // The token held has its old lifetime: a new one shows the difference at once.
    if (session.getSnapshot().status === 'authenticated') await session.refresh().catch(() => undefined)
  })

  function on(control: HTMLElement, change: () => Promise<void>): void {
    control.addEventListener('change', () => {
      change().catch((error: unknown) => log.add(`That did not work. ${error}`, 'bad'))
    })
  }
}
