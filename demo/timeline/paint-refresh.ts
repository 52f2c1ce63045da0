import { span } from '../page/wording.ts'
import type { Box, Lane } from './flow-layout.ts'
import { drawArrow, drawEnding, drawLock, type Ending } from './glyphs.ts'
import type { Refresh } from './items.ts'
import { giverOf, lockOf, sourceOf } from './relations.ts'
import type { FlowScene, Pen } from './scene.ts'

/** Filled for who asks the server, a shell for who waits and takes over what another tab gets. */
export function paintRefresh(pen: Pen, scene: FlowScene, lane: Lane, box: Box<Refresh>): void {
  const { timeline, flow, palette, now } = scene
  const { item, x, y, width, height } = box
  const ending = endingOf(item, now)
  const lock = lockOf(timeline, item, now)
  const isShell = ending === 'adopted' || (!ending && lock?.state === 'waiting')
  const colour = ending === 'bad' ? palette.failed : palette.refresh
  pen.beginPath()
  pen.roundRect(x + 0.75, y + 0.75, width - 1.5, height - 1.5, 4)
  pen.fillStyle = isShell ? palette.panel : colour
  pen.strokeStyle = colour
  pen.lineWidth = 1.5
  pen.fill()
  if (isShell && !ending) pen.setLineDash([3, 2])
  pen.stroke()
  pen.setLineDash([])
  const ink = isShell ? colour : palette['refresh-text']
  pen.strokeStyle = ink
  if (ending) drawEnding(pen, ending, x + width - 7, y + height / 2)
  if (lock && width > 30) drawLock(pen, ink, lock.state === 'held', x + 9, y + height / 2 - 1)
  const next = lane.refreshes.find((one) => one.x > x)
  const at = x + width + 6
  const label = labelOf(scene, item, isShell)
  if (pen.measureText(label).width > (next?.x ?? flow.width) - at) return
  pen.textAlign = 'left'
  pen.fillStyle = palette.muted
  pen.fillText(label, at, y + height / 2 + 0.5)
}

export function endingOf({ to = Infinity, outcome }: Refresh, now: number): Ending | undefined {
  if (to > now) return undefined
  if (outcome === 'adopted') return 'adopted'
  return outcome === 'refreshed' ? 'good' : 'bad'
}

function labelOf({ timeline, names, now }: FlowScene, item: Refresh, isShell: boolean): string {
  const ending = endingOf(item, now)
  const took = span(Math.min(item.to ?? now, now) - item.from)
  if (ending === 'good') return `refreshed, ${took}`
  if (ending === 'adopted') return `from ${names.get(giverOf(timeline, item) ?? '') ?? 'another tab'}`
  if (ending === 'bad') return item.outcome === 'failed' ? 'failed' : 'ended'
  return isShell ? `waits its turn, ${took}` : `refreshing, ${took}`
}

/** From the tab that refreshed to the one that took over its token. */
export function paintAdoptions(pen: Pen, { timeline, flow, palette, now }: FlowScene, lane: Lane): void {
  for (const { item, x, y, height, width } of lane.refreshes) {
    const source = item.to !== undefined && item.to <= now ? sourceOf(timeline, item) : undefined
    const box = source && flow.lanes.flatMap(({ refreshes }) => refreshes).find((one) => one.item === source)
    if (!box) continue
    const isBelow = box.y < y
    const [fromX, fromY] = [box.x + box.width - 7, isBelow ? box.y + box.height : box.y]
    const [toX, toY] = [x + width - 7, isBelow ? y : y + height]
    pen.strokeStyle = palette.refresh
    pen.fillStyle = palette.refresh
    pen.lineWidth = 1.5
    pen.beginPath()
    pen.moveTo(fromX, fromY)
    const bend = isBelow ? 16 : -16
    pen.bezierCurveTo(fromX + 22, fromY + bend, toX + 22, toY - bend, toX, toY - (isBelow ? 4 : -4))
    pen.stroke()
    drawArrow(pen, toX, toY, isBelow ? 'down' : 'up')
  }
}
