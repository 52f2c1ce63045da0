import type { Session } from 'silent-refresh'
import { byName, write } from '../page/elements.ts'
import { animate, createClock } from './clock.ts'
import { recordDeeds } from './deeds.ts'
import { download, exportRun } from './export.ts'
import { watchLocks } from './locks.ts'
import { createTimeline } from './model.ts'
import type { Recording } from './recording.ts'
import { epochNow, type TimelineRecord } from './records.ts'
import { createScreen } from './screen.ts'
import { startSelection } from './selection.ts'
import { shareRecords } from './sharing.ts'
import { startShow } from './show.ts'
import { keptPast } from './view.ts'

/** Shows what happens in this and the other tabs of this browser, as it happens. */
export function startTimeline(session: Session, recording: Recording): void {
  const timeline = createTimeline()
  const clock = createClock(epochNow)
  const { tab } = recording
  let forgotten = epochNow()

  function hear(records: readonly TimelineRecord[]): void {
    for (const record of records) timeline.apply(record)
    if (epochNow() - forgotten < 10_000 || clock.isPaused) return
    forgotten = epochNow()
    timeline.forget(forgotten - keptPast)
  }

  recording.listen((record) => hear([record]))
  recording.add({ type: 'opened' })
  recording.follow(session)
  shareRecords(recording, hear)
  const locks = watchLocks({
    tab,
    isBusy: () => session.getSnapshot().refreshing,
    tell: (state) => recording.add({ type: 'lock', state }),
    tellTabs(alive) {
      for (const { id, openedAt, closedAt } of timeline.tabs.values()) {
        const isGone = closedAt === undefined && !alive.has(id) && epochNow() - openedAt > 3000
        if (isGone) timeline.apply({ type: 'closed', tab: id, at: epochNow() })
      }
    },
  })
  session.subscribe(({ type }) => type === 'refresh-started' && locks.urge())
  recordDeeds(recording, locks.urge)

  const selection = startSelection({ timeline, own: tab, clock, changed: showControls })
  const screen = createScreen({ timeline, own: tab, clock, selection })
  animate(byName('timeline'), screen.draw)
  setInterval(screen.tell, 200)

  const pause = byName<HTMLButtonElement>('timeline-pause')
  const back = byName<HTMLInputElement>('timeline-back')

  function showControls(): void {
    write('timeline-pause', clock.isPaused ? 'Go on' : 'Pause')
    back.value = String(Math.round((clock.view(0).now - epochNow()) / 1000))
    screen.draw()
    screen.tell()
  }

  pause.addEventListener('click', () => {
    if (clock.isPaused) clock.resume()
    else clock.pause()
    selection.clear()
    showControls()
  })
  back.addEventListener('input', () => {
    clock.pause(epochNow() + Number(back.value) * 1000)
    if (Number(back.value) === 0) clock.resume()
    selection.clear()
    showControls()
  })
  startShow(session, () => {
    clock.resume()
    selection.clear()
    showControls()
  })
  byName('timeline-export').addEventListener('click', () => {
    download(exportRun(timeline, tab, epochNow()), 'silent-refresh-timeline.json')
  })
  byName('timeline-clear').addEventListener('click', () => {
    clock.resume()
    recording.forget()
    timeline.forget(epochNow())
    selection.clear()
    showControls()
  })
}
