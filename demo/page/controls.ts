import type { Faults } from '../host/faults.ts'
import type { Connection } from '../session.ts'
import { backend } from './backend.ts'
import { byName } from './elements.ts'
import type { Log } from './log.ts'
import { simulateNetwork } from './network.ts'
import type { OtherTabs } from './other-tabs.ts'

const slow = 2000

/** The controls that stay where they are put: what the backend does from now on. */
export async function startControls({ session }: Connection, tabs: OtherTabs, log: Log): Promise<void> {
  const answer = byName<HTMLSelectElement>('refresh-answer')
  const slowness = byName<HTMLInputElement>('slow')
  const lifetime = byName<HTMLSelectElement>('lifetime')
  const clock = byName<HTMLSelectElement>('server-clock')
  const offline = byName<HTMLInputElement>('offline')
  const chosen = (select: HTMLSelectElement) => select.selectedOptions[0]?.text ?? select.value
  const isSignedIn = () => session.getSnapshot().status === 'authenticated'

  async function show(): Promise<void> {
    const { faults } = await backend.state()
    answer.value = faults.refresh
    slowness.checked = faults.refreshDelay > 0
    lifetime.value = String(faults.tokenLifetime)
    clock.value = String(faults.clockOffset)
    offline.checked = faults.offline
    simulateNetwork(faults.offline)
  }

  function on(control: HTMLElement, changes: () => Partial<Faults>, then: () => void | Promise<void>): void {
    const apply = async () => {
      await backend.change(changes())
      tabs.tell({ type: 'faults' })
      await then()
    }
    control.addEventListener('change', () => {
      apply().catch((error: unknown) => log.add(`That did not work. ${error}`, 'bad'))
    })
  }

  on(
    answer,
    () => ({ refresh: answer.value as Faults['refresh'] }),
    () => log.add(`The refresh endpoint now ${chosen(answer)}.`),
  )
  on(
    slowness,
    () => ({ refreshDelay: slowness.checked ? slow : 0 }),
    () => log.add(slowness.checked ? 'Refreshes now take 2 seconds.' : 'Refreshes are quick again.'),
  )
  on(
    lifetime,
    () => ({ tokenLifetime: Number(lifetime.value) }),
    async () => {
      log.add(`Access tokens now live for ${chosen(lifetime)}.`)
      // The token held has its old lifetime: a new one shows the difference at once.
      if (isSignedIn()) await session.refresh().catch(() => undefined)
    },
  )
  on(
    clock,
    () => ({ clockOffset: Number(clock.value) }),
    () => log.add(`The server's clock ${chosen(clock)}. For the user nothing changes.`),
  )
  on(
    offline,
    () => ({ offline: offline.checked }),
    () => {
      log.add(offline.checked ? 'No connection any more (simulated).' : 'The connection is back.')
      simulateNetwork(offline.checked)
    },
  )
  tabs.listen(({ type }) => {
    if (type === 'faults') void show()
  })
  await show()
}
