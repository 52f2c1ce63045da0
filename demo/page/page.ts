import { startComparison } from '../compare/panel.ts'
import { connect } from '../session.ts'
import { startTimeline } from '../timeline/timeline.ts'
import { createActions } from './actions.ts'
import { startControls } from './controls.ts'
import { createCounters } from './counters.ts'
import type { Hosting } from './hosting.ts'
import { createLog } from './log.ts'
import { narrate } from './narrate.ts'
import { createOtherTabs } from './other-tabs.ts'
import { startPresence } from './presence.ts'
import { startSessionPanel } from './session-panel.ts'
import { tellOfReload } from './trouble.ts'

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
  startTimeline(connection.session, connection.recording)
  startSessionPanel(connection)
  counters.update().catch(failed)
  const tabs = createOtherTabs()
  startControls(connection, tabs, log).catch(failed)
  tellOfReload(connection, log).catch(failed)
  startPresence(connection, tabs)
  startComparison(hosting === 'server')

  const actions = createActions(connection, tabs, log, counters)
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element && event.target.closest<HTMLElement>('[data-action]')
    if (!button) return
    actions[button.dataset.action ?? '']?.(button.dataset)
      .then(() => counters.update())
      .catch(failed)
  })
  document.documentElement.dataset.ready = ''
}
