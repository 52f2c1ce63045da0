import { connect } from '../session.ts'
import { createActions } from './actions.ts'
import { startControls } from './controls.ts'
import { createCounters } from './counters.ts'
import type { Hosting } from './hosting.ts'
import { createLog } from './log.ts'
import { narrate } from './narrate.ts'
import { startSessionPanel } from './session-panel.ts'

/** Brings the page to life. Its backend must be there already: the session calls it at once. */
export function startPage(hosting: Hosting): void {
  for (const note of document.querySelectorAll<HTMLElement>('[data-hosting]')) {
    note.hidden = note.dataset.hosting !== hosting
  }
  const connection = connect(hosting === 'server')
  const log = createLog()
  const counters = createCounters()
  const failed = (error: unknown) => log.add(`That did not work. ${error}`, 'bad')

  connection.session.subscribe((event) => {
    narrate(event, log)
    counters.update().catch(failed)
  })
  startSessionPanel(connection)
  counters.update().catch(failed)
  startControls(connection, log).catch(failed)

  const actions = createActions(connection, log, counters)
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element && event.target.closest<HTMLElement>('[data-action]')
    if (!button) return
    actions[button.dataset.action ?? '']?.(button.dataset)
      .then(() => counters.update())
      .catch(failed)
  })
  document.documentElement.dataset.ready = ''
}
