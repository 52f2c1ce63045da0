import { span } from '../page/wording.ts'
import type { CloseUp, Group, Row } from './close-up-layout.ts'
import type { Telling } from './describe.ts'
import type { Box } from './flow-layout.ts'
import { drawArrow, drawEnding, drawLock, drawState } from './glyphs.ts'
import { type Hold, type Refresh, stateAt } from './items.ts'
import { endingOf } from './paint-refresh.ts'
import type { Palette } from './palette.ts'
import { giverOf, lockOf } from './relations.ts'
import { font, outline, type Pen, strong } from './scene.ts'
import { ticks } from './view.ts'

export interface CloseUpScene extends Telling {
  readonly closeUp: CloseUp
  readonly palette: Palette
  readonly focusedId: string | undefined
}

/** Below this a row is a line, and its marks would be dust. */
const smallestGlyph = 4

export function paintCloseUp(pen: Pen, scene: CloseUpScene): void {
  const { closeUp } = scene
  pen.clearRect(0, 0, closeUp.width, closeUp.height)
  pen.font = font
  pen.textBaseline = 'middle'
  paintAxis(pen, scene)
  for (const group of closeUp.groups) paintGroup(pen, scene, group)
}

function paintAxis(pen: Pen, { closeUp, palette }: CloseUpScene): void {
  const { scale, start, width, height } = closeUp
  const step = ticks(start, scale.to, width / 110)
  pen.textAlign = 'center'
  for (let at = 0; start + at < scale.to; at += step) {
    const x = Math.round(scale.x(start + at))
    pen.fillStyle = palette.line
    pen.fillRect(x, 18, 1, height - 18)
    pen.fillStyle = palette.muted
    const label = step < 1000 ? `${at} ms` : `${at / 1000} s`
    if (x > 20 && x < width - 20) pen.fillText(label, x, 9)
    else if (at === 0) pen.fillText('0', Math.max(x, 6), 9)
  }
}

function paintGroup(pen: Pen, scene: CloseUpScene, group: Group): void {
  const { palette, names, closeUp, now } = scene
  const { refreshes, rows, y } = group
  pen.textAlign = 'left'
  pen.fillStyle = palette.text
  pen.font = strong
  pen.fillText(names.get(group.tab) ?? '', 6, y + 8)
  pen.font = font
  for (const box of refreshes) {
    paintBand(pen, scene, group, box)
    paintBar(pen, scene, box)
  }
  for (const row of rows) paintRow(pen, palette, row, closeUp, now)
  const focused = [...refreshes, ...rows].find(({ item }) => item.id === scene.focusedId)
  if (focused) outline(pen, palette, focused)
}

/** The moment of its answer goes through all that wait for it. */
function paintBand(
  pen: Pen,
  { palette, closeUp, now }: CloseUpScene,
  { rows, y, height }: Group,
  box: Box<Refresh>,
): void {
  const waiting = rows.filter(({ item }) => item.refreshes.includes(box.item.id))
  const last = waiting.at(-1)
  if (!last) return
  const left = closeUp.scale.x(box.item.askedAt ?? box.item.from)
  pen.fillStyle = palette.refresh
  pen.globalAlpha = 0.1
  pen.fillRect(left, box.y + box.height, box.x + box.width - left, last.y + last.height - box.y - box.height)
  pen.globalAlpha = 1
  if (box.item.to === undefined || box.item.to > now) return
  const x = box.x + box.width
  pen.fillRect(x - 1, box.y, 1.5, Math.min(last.y + last.height, y + height) - box.y)
}

function paintBar(pen: Pen, scene: CloseUpScene, { item, x, y, width, height }: Box<Refresh>): void {
  const { timeline, palette, closeUp, now } = scene
  const ending = endingOf(item, now)
  const lock = lockOf(timeline, item, now)
  const isShell = ending === 'adopted' || (!ending && lock?.state === 'waiting')
  const colour = ending === 'bad' ? palette.failed : palette.refresh
  // Wanted before, asked from here.
  const asked = isShell || item.askedAt === undefined ? x : closeUp.scale.x(item.askedAt)
  pen.strokeStyle = colour
  pen.lineWidth = 1.5
  pen.fillStyle = isShell || asked > x ? palette.panel : colour
  pen.beginPath()
  pen.roundRect(x, y, width, height, 4)
  pen.fill()
  if (isShell && !ending) pen.setLineDash([4, 3])
  pen.stroke()
  pen.setLineDash([])
  if (asked > x) {
    pen.fillStyle = colour
    pen.beginPath()
    pen.roundRect(asked, y, x + width - asked, height, 4)
    pen.fill()
  }
  const ink = isShell ? colour : palette['refresh-text']
  pen.strokeStyle = ink
  if (ending && width > 14) drawEnding(pen, ending, x + width - 8, y + height / 2)
  const pad = lock ? 19 : 8
  const room = x + width - asked - pad - 18
  const texts = labelsOf(scene, item, lock)
  const inside = texts.find((text) => pen.measureText(text).width <= room)
  const at = inside ? asked + pad : x + width + pad
  const text = inside ?? texts.find((one) => pen.measureText(one).width <= closeUp.width - at)
  if (!text) return
  pen.textAlign = 'left'
  if (lock) drawLock(pen, inside ? ink : palette.text, lock.state === 'held', at - 9, y + height / 2 - 1)
  pen.fillStyle = inside && !isShell ? ink : palette.text
  pen.fillText(text, at, y + height / 2 + 0.5)
}

/** The longest first: the one that finds room is taken. */
function labelsOf({ timeline, names, now }: CloseUpScene, item: Refresh, lock: Hold | undefined): string[] {
  const ending = endingOf(item, now)
  const took = span(Math.min(item.to ?? now, now) - item.from)
  const giver = names.get(giverOf(timeline, item) ?? '') ?? 'another tab'
  const [words, more] =
    ending === 'adopted'
      ? [`takes the token of ${giver}`, ' instead of asking again']
      : ending === 'bad'
        ? ['refresh failed', item.message ? `: ${item.message}` : '']
        : !ending && lock?.state === 'waiting'
          ? ['waits its turn', ': another tab has the lock']
          : ['one refresh', lock?.state === 'held' ? ', holds the lock' : '']
  return [`${words}, ${took}${more}`, `${words}, ${took}`, words]
}

function paintRow(
  pen: Pen,
  palette: Palette,
  { item, y, height, segments }: Row,
  { scale }: CloseUp,
  now: number,
): void {
  const middle = y + height / 2
  const thick = Math.max(0.75, Math.min(4, height * 0.4))
  const radius = Math.min(5.5, height * 0.44)
  const hasGlyphs = height >= smallestGlyph
  for (const { from, to, state } of segments) {
    const [left, right] = [scale.x(from), scale.x(to)]
    // Where it ends: at the answer of the refresh. Who still waits has no end yet.
    if (state === 'waiting') wait(pen, palette, left, right, middle, thick, hasGlyphs, to < now)
    else if (state === 'sent' || state === 'retried') {
      pen.fillStyle = palette.sent
      pen.fillRect(left, middle - thick / 2, Math.max(1, right - left), thick)
    } else if (state === 'new' || state === 'refused') {
      pen.fillStyle = state === 'new' ? palette.muted : palette.refused
      pen.fillRect(left, middle - 0.5, right - left, 1)
    }
  }
  for (const { from, state } of segments) {
    const isMoment = !['new', 'sent', 'waiting'].includes(state)
    if (!isMoment) continue
    if (hasGlyphs) drawState(pen, palette, state, scale.x(from), middle, radius)
    else tick(pen, palette, state, scale.x(from), y, height)
  }
  if (hasGlyphs && item.to === undefined)
    drawState(pen, palette, stateAt(item, now), scale.x(now), middle, radius)
}

function wait(
  pen: Pen,
  palette: Palette,
  left: number,
  right: number,
  y: number,
  thick: number,
  isDashed: boolean,
  isOver: boolean,
): void {
  pen.strokeStyle = palette.waiting
  pen.fillStyle = palette.waiting
  pen.lineWidth = Math.max(1, thick * 0.6)
  if (isDashed) pen.setLineDash([4, 3])
  pen.beginPath()
  pen.moveTo(left, y)
  pen.lineTo(right, y)
  pen.stroke()
  pen.setLineDash([])
  if (isDashed && isOver && right - left > 12) drawArrow(pen, right, y, 'right')
}

function tick(pen: Pen, palette: Palette, state: string, x: number, y: number, height: number): void {
  const colours: Record<string, string> = {
    refused: palette.refused,
    unauthorized: palette.refused,
    answered: palette.answered,
    retried: palette.sent,
  }
  pen.fillStyle = colours[state] ?? palette.failed
  pen.fillRect(x - 1.5, y, 3, Math.max(0.75, height))
}
