import type { Cluster, Lane } from './flow-layout.ts'
import { drawArrow, drawSpeck, drawState } from './glyphs.ts'
import { stateAt } from './items.ts'
import { type FlowScene, font, type Pen, strong } from './scene.ts'

const smallestGlyph = 5

export function paintCluster(
  pen: Pen,
  { palette, now }: FlowScene,
  { refreshes }: Lane,
  cluster: Cluster,
): void {
  const { pitch, marks, x, y, width, height } = cluster
  const bar = refreshes.find(({ item }) => marks.some((mark) => mark.item.refreshes.includes(item.id)))
  if (bar) {
    // All that wait hang on the one refresh.
    const isWaiting = marks.some(({ item }) => stateAt(item, now) === 'waiting')
    const [tipX, tipY] = [bar.x + Math.min(7, bar.width / 2), bar.y + bar.height + 1]
    pen.strokeStyle = palette.waiting
    pen.fillStyle = palette.waiting
    pen.globalAlpha = isWaiting ? 1 : 0.6
    pen.lineWidth = 1.25
    pen.beginPath()
    for (let middle = x + pitch / 2; middle < x + width; middle += pitch) {
      pen.moveTo(middle, y)
      pen.bezierCurveTo(middle, y - 6, tipX, y, tipX, tipY + 4)
    }
    pen.stroke()
    drawArrow(pen, tipX, tipY, 'up')
    pen.globalAlpha = 1
  }
  for (const { item, x: left, y: top } of marks) {
    const [middleX, middleY] = [left + pitch / 2, top + pitch / 2]
    const state = stateAt(item, now)
    if (pitch < smallestGlyph) drawSpeck(pen, palette, state, middleX, middleY, pitch * 0.4)
    else drawState(pen, palette, state, middleX, middleY, pitch * 0.42, item.sends > 1)
  }
  if (marks.length < 6) return
  pen.fillStyle = palette.text
  pen.textAlign = 'right'
  pen.font = strong
  pen.fillText(String(marks.length), x - 5, y + height / 2)
  pen.font = font
}
