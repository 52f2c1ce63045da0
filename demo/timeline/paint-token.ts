import type { Box } from './flow-layout.ts'
import type { Token } from './items.ts'
import type { Palette } from './palette.ts'
import { dueAt, refusedFrom } from './relations.ts'
import type { FlowScene, Pen } from './scene.ts'

export function paintToken(
  pen: Pen,
  { timeline, flow, palette, now }: FlowScene,
  { item, x, y, width, height }: Box<Token>,
): void {
  const { scale } = flow
  const end = x + width
  const refused = refusedFrom(timeline, item)
  const alive = Math.min(end, refused === undefined || refused > now ? end : Math.max(x, scale.x(refused)))
  const present = scale.x(now)
  pen.save()
  pen.beginPath()
  pen.roundRect(x, y, width, height, height / 2)
  pen.clip()
  pen.fillStyle = palette.token
  pen.fillRect(x, y, Math.min(alive, present) - x, height)
  // What is still to come.
  pen.globalAlpha = 0.35
  if (alive > present) pen.fillRect(Math.max(x, present), y, alive - Math.max(x, present), height)
  pen.globalAlpha = 1
  if (alive < end) hatch(pen, palette, alive, y, end - alive, height)
  pen.restore()
  const due = dueAt(timeline, item)
  if (due === undefined || due < item.from || scale.x(due) > end) return
  pen.fillStyle = palette.text
  pen.fillRect(scale.x(due) - 1, y - 4, 2, height + 8)
}

/** A token that is refused: only its shell is left. */
function hatch(pen: Pen, palette: Palette, x: number, y: number, width: number, height: number): void {
  pen.fillStyle = palette.panel
  pen.fillRect(x, y, width, height)
  pen.strokeStyle = palette.spent
  pen.lineWidth = 1.5
  pen.beginPath()
  const first = Math.floor(x / 6) * 6
  for (let at = first; at < x + width + height; at += 6) {
    pen.moveTo(at, y + height)
    pen.lineTo(at + height, y)
  }
  pen.rect(x, y + 0.5, width, height - 1)
  pen.stroke()
}
