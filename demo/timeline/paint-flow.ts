import type { Box, Lane } from './flow-layout.ts'
import { paintCluster } from './paint-cluster.ts'
import { paintAdoptions, paintRefresh } from './paint-refresh.ts'
import { paintToken } from './paint-token.ts'
import { type FlowScene, font, outline, type Pen, strong } from './scene.ts'
import { beginOf, endOf } from './stories.ts'

export function paintFlow(pen: Pen, scene: FlowScene): void {
  const { flow } = scene
  pen.clearRect(0, 0, flow.width, flow.height)
  pen.font = font
  pen.textBaseline = 'middle'
  paintLens(pen, scene)
  paintAxis(pen, scene)
  // First, so that nothing lies behind a line.
  for (const lane of flow.lanes) paintAdoptions(pen, scene, lane)
  for (const lane of flow.lanes) paintLane(pen, scene, lane)
  paintFocus(pen, scene)
}

function paintAxis(pen: Pen, { flow, palette, now }: FlowScene): void {
  const { scale, height } = flow
  const x = scale.x(now)
  const step = scale.to - scale.from > 25_000 ? 5000 : 2500
  pen.fillStyle = palette.muted
  pen.textAlign = 'center'
  for (let ago = step; now - ago > scale.from; ago += step) {
    const at = scale.x(now - ago)
    if (at > 24) pen.fillText(`−${ago / 1000} s`, at, 9)
    pen.fillRect(at, 18, 1, 4)
  }
  pen.fillStyle = palette.text
  pen.font = strong
  pen.fillText('now', x, 9)
  pen.font = font
  pen.globalAlpha = 0.55
  pen.fillRect(x - 0.5, 18, 1, height - 44)
  pen.globalAlpha = 1
}

/** From what the close-up shows in the flow down to its whole width. */
function paintLens(pen: Pen, { flow, palette, story, now }: FlowScene): void {
  const last = flow.lanes.at(-1)
  if (!story || !last) return
  const left = flow.scale.x(beginOf(story)) - 6
  const right = Math.max(left + 18, flow.scale.x(endOf(story, now)) + 12)
  const bottom = last.y + last.height
  if (right < 0) return
  pen.fillStyle = palette.lens
  pen.beginPath()
  pen.moveTo(left, 18)
  pen.lineTo(right, 18)
  pen.lineTo(right, bottom)
  pen.bezierCurveTo(right, flow.height - 6, flow.width, bottom, flow.width, flow.height)
  pen.lineTo(0, flow.height)
  pen.bezierCurveTo(0, bottom, left, flow.height - 6, left, bottom)
  pen.fill()
}

function paintLane(pen: Pen, scene: FlowScene, lane: Lane): void {
  const { flow, palette, names } = scene
  const [left, right] = [flow.scale.x(lane.from), flow.scale.x(lane.to)]
  pen.strokeStyle = palette.line
  pen.lineWidth = 1
  pen.beginPath()
  pen.roundRect(left + 0.5, lane.y + 0.5, Math.max(8, right - left - 1), lane.height - 1, 8)
  pen.stroke()
  for (const box of lane.tokens) paintToken(pen, scene, box)
  for (const cluster of lane.clusters) paintCluster(pen, scene, lane, cluster)
  for (const box of lane.refreshes) paintRefresh(pen, scene, lane, box)
  pen.textAlign = 'left'
  pen.fillStyle = palette.text
  pen.font = strong
  const name = names.get(lane.tab.id) ?? ''
  const label = lane.tab.closedAt === undefined ? name : `${name}, closed`
  const { width } = pen.measureText(label)
  // A lane that has only just begun, on a narrow screen, has no room for its name.
  const at = Math.max(8, Math.min(left + 8, flow.width - width - 4))
  pen.fillText(label, at, lane.y + 11)
  const taken = at + width + 10
  pen.font = font
  paintDeeds(pen, scene, lane, taken)
}

/** What the visitor did, at its time; the newest where there is no room for all. */
function paintDeeds(
  pen: Pen,
  { timeline, flow, palette, now }: FlowScene,
  { tab, y }: Lane,
  taken: number,
): void {
  let room = flow.width
  pen.fillStyle = palette.muted
  for (const deed of timeline.deeds.toReversed()) {
    const x = flow.scale.x(deed.at)
    if (deed.tab !== tab.id || deed.at > now) continue
    if (x < taken) break
    const width = pen.measureText(deed.text).width + 6
    const hasRoom = x + width <= room
    pen.globalAlpha = 0.5
    pen.fillRect(x, hasRoom ? y + 5 : y + 15, 1, hasRoom ? 14 : 4)
    pen.globalAlpha = 1
    if (!hasRoom) continue
    pen.fillText(deed.text, x + 5, y + 11)
    room = x - 4
  }
}

function paintFocus(pen: Pen, { flow, palette, focusedId }: FlowScene): void {
  if (focusedId === undefined) return
  for (const { tokens, refreshes, clusters } of flow.lanes) {
    const boxes: readonly Box[] = [...tokens, ...refreshes, ...clusters.flatMap(({ marks }) => marks)]
    const box = boxes.find(({ item }) => item.id === focusedId)
    if (box) outline(pen, palette, box)
  }
}
