import { byName, write } from '../page/elements.ts'
import type { Clock } from './clock.ts'
import { boxesOfCloseUp, closeUpHeight, layOutCloseUp } from './close-up-layout.ts'
import type { Telling } from './describe.ts'
import { boxesOf, layOutFlow } from './flow-layout.ts'
import type { Timeline } from './model.ts'
import { paintCloseUp } from './paint-close-up.ts'
import { paintFlow } from './paint-flow.ts'
import { followPalette, type Palette } from './palette.ts'
import { nameTabs, orderTabs } from './relations.ts'
import type { Selection } from './selection.ts'
import { beginOf, isOver, type Story, storyOf, tellStories } from './stories.ts'
import { summarize, total } from './summary.ts'
import { createSurface } from './surface.ts'
import type { View } from './view.ts'

export interface ScreenParts {
  readonly timeline: Timeline
  readonly own: string
  readonly clock: Clock
  readonly selection: Selection
}

export interface Screen {
  draw(): void
  /** The same in words; more rarely, because words that change all the time cannot be read. */
  tell(): void
}

/** Both drawings: the flow of the last seconds, and one story of it from near. */
export function createScreen({ timeline, own, clock, selection }: ScreenParts): Screen {
  const panel = byName('timeline-panel')
  const point = selection.point
  const flowSurface = createSurface(byName<HTMLCanvasElement>('timeline-flow'), point)
  const closeSurface = createSurface(byName<HTMLCanvasElement>('timeline-close-up'), point)
  let palette: Palette | undefined
  let palettes = 0
  let drawnFlow = ''
  let drawnCloseUp = ''
  let stories: Story[] = []
  let told = -1
  const invitation = byName('timeline-summary').textContent ?? ''
  followPalette(panel, (next) => {
    palette = next
    palettes += 1
  })

  function findStory(now: number): Story | undefined {
    if (told !== timeline.revision) {
      told = timeline.revision
      stories = tellStories(timeline)
    }
    const { item } = selection
    const chosen = item && storyOf(stories, item.id)
    if (chosen) return chosen
    // What the page calls for itself is no story.
    const isTelling = ({ refreshes, calls }: Story) =>
      refreshes.length > 0 || calls.some(({ caller }) => caller !== 'page')
    return stories.findLast((story) => isTelling(story) && beginOf(story) <= now)
  }

  /** In whole pixels, so that nothing shimmers, and no more often than anything can be seen to move. */
  function presentView(): View {
    const view = clock.view(flowSurface.width)
    if (view.isPaused) return view
    const pixel = (view.past + view.future) / (flowSurface.width * devicePixelRatio)
    return { ...view, now: Math.floor(view.now / pixel) * pixel }
  }

  function draw(): void {
    const view = presentView()
    const story = findStory(view.now)
    const telling = { timeline, names: nameTabs(timeline, own), now: view.now }
    drawFlow(view, story, telling)
    drawCloseUp(view, story, telling)
    panel.classList.toggle('empty', !story)
    selection.show(view.now)
  }

  function drawFlow(view: View, story: Story | undefined, telling: Telling): void {
    const focusedId = selection.item?.id
    // Late news of other tabs may be of a past that stands still.
    const revision = view.isPaused ? timeline.revision : 0
    const key = [view.now, focusedId, revision, flowSurface.generation, palettes].join()
    if (!palette || key === drawnFlow) return
    const flow = layOutFlow(timeline, own, view, flowSurface.width)
    flowSurface.setHeight(flow.height)
    flowSurface.place(() => boxesOf(flow))
    paintFlow(flowSurface.pen, { ...telling, flow, palette, story, focusedId })
    drawnFlow = [view.now, focusedId, revision, flowSurface.generation, palettes].join()
  }

  function drawCloseUp({ now }: View, story: Story | undefined, telling: Telling): void {
    closeSurface.setHeight(closeUpHeight)
    const focusedId = selection.item?.id
    const moment = story && isOver(story, now) ? 'over' : now
    const key = [timeline.revision, moment, focusedId, closeSurface.generation, palettes].join()
    if (!palette || key === drawnCloseUp) return
    drawnCloseUp = key
    closeSurface.pen.clearRect(0, 0, closeSurface.width, closeUpHeight)
    if (!story) return
    const order = orderTabs(timeline, own).map(({ id }) => id)
    const closeUp = layOutCloseUp(story, order, now, closeSurface.width)
    closeSurface.place(() => boxesOfCloseUp(closeUp))
    paintCloseUp(closeSurface.pen, { ...telling, closeUp, palette, focusedId })
  }

  function tell(): void {
    const { now } = clock.view(flowSurface.width)
    const story = findStory(now)
    const words = story && summarize(story, { timeline, names: nameTabs(timeline, own), now })
    write('timeline-summary', words ?? invitation)
    write('timeline-totals', total(timeline, now))
  }

  return { draw, tell }
}
