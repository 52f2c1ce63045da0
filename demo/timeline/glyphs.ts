import type { CallState } from './items.ts'
import type { Palette } from './palette.ts'
import type { Pen } from './scene.ts'

/** Every state has a shape of its own; the colour says the same once more. */
export function drawState(
  pen: Pen,
  palette: Palette,
  state: CallState,
  x: number,
  y: number,
  radius: number,
  wasRetried = false,
): void {
  pen.lineWidth = Math.max(1, radius * 0.45)
  switch (state) {
    case 'new':
    case 'sent':
      ring(pen, palette.sent, x, y, radius)
      break
    case 'retried':
      ring(pen, palette.sent, x, y, radius)
      dot(pen, palette.sent, x, y, radius * 0.4)
      break
    case 'refused':
      cross(pen, palette.refused, x, y, radius)
      break
    case 'waiting':
      diamond(pen, palette.waiting, x, y, radius * 1.15)
      break
    case 'answered':
      dot(pen, palette.answered, x, y, radius)
      if (wasRetried) dot(pen, palette.panel, x, y, radius * 0.4)
      break
    case 'unauthorized':
      square(pen, palette.refused, x, y, radius)
      cross(pen, palette.panel, x, y, radius * 0.55)
      break
    case 'failed':
      square(pen, palette.failed, x, y, radius)
      break
    case 'dropped':
      bar(pen, palette.failed, x, y, radius)
  }
}

/** So small that only width and height can be told apart; and quick to draw, for there are many. */
export function drawSpeck(
  pen: Pen,
  palette: Palette,
  state: CallState,
  x: number,
  y: number,
  radius: number,
): void {
  const [colour, width, height] = specks(palette)[state]
  pen.fillStyle = colour
  pen.fillRect(x - radius * width, y - radius * height, 2 * radius * width, 2 * radius * height)
}

function specks(palette: Palette): Record<CallState, readonly [string, number, number]> {
  const { sent, refused, waiting, answered, failed } = palette
  return {
    new: [sent, 0.4, 1],
    sent: [sent, 0.4, 1],
    retried: [sent, 0.6, 1],
    refused: [refused, 0.6, 0.6],
    waiting: [waiting, 1, 0.5],
    answered: [answered, 1, 1],
    unauthorized: [refused, 1, 1],
    failed: [failed, 1, 1],
    dropped: [failed, 1, 0.4],
  }
}

function ring(pen: Pen, colour: string, x: number, y: number, radius: number): void {
  pen.strokeStyle = colour
  pen.beginPath()
  pen.arc(x, y, radius - pen.lineWidth / 2, 0, 7)
  pen.stroke()
}

function dot(pen: Pen, colour: string, x: number, y: number, radius: number): void {
  pen.fillStyle = colour
  pen.beginPath()
  pen.arc(x, y, radius, 0, 7)
  pen.fill()
}

function cross(pen: Pen, colour: string, x: number, y: number, radius: number): void {
  const reach = radius * 0.8
  pen.strokeStyle = colour
  pen.beginPath()
  pen.moveTo(x - reach, y - reach)
  pen.lineTo(x + reach, y + reach)
  pen.moveTo(x + reach, y - reach)
  pen.lineTo(x - reach, y + reach)
  pen.stroke()
}

function diamond(pen: Pen, colour: string, x: number, y: number, radius: number): void {
  pen.fillStyle = colour
  pen.beginPath()
  pen.moveTo(x, y - radius)
  pen.lineTo(x + radius, y)
  pen.lineTo(x, y + radius)
  pen.lineTo(x - radius, y)
  pen.fill()
}

function square(pen: Pen, colour: string, x: number, y: number, radius: number): void {
  pen.fillStyle = colour
  pen.fillRect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8)
}

function bar(pen: Pen, colour: string, x: number, y: number, radius: number): void {
  pen.fillStyle = colour
  pen.fillRect(x - radius, y - radius * 0.3, radius * 2, radius * 0.6)
}

export type Ending = 'good' | 'bad' | 'adopted'

/** A check mark, a cross or a pair of arrows: how a refresh ended. */
export function drawEnding(pen: Pen, ending: Ending, x: number, y: number): void {
  pen.lineWidth = 1.75
  pen.beginPath()
  if (ending === 'good') {
    pen.moveTo(x - 3.5, y)
    pen.lineTo(x - 1, y + 2.8)
    pen.lineTo(x + 3.5, y - 2.8)
  } else if (ending === 'bad') {
    pen.moveTo(x - 2.8, y - 2.8)
    pen.lineTo(x + 2.8, y + 2.8)
    pen.moveTo(x + 2.8, y - 2.8)
    pen.lineTo(x - 2.8, y + 2.8)
  } else {
    pen.moveTo(x, y - 3.5)
    pen.lineTo(x, y + 3)
    pen.moveTo(x - 3, y)
    pen.lineTo(x, y + 3.2)
    pen.lineTo(x + 3, y)
  }
  pen.stroke()
}

/** Closed while it is held, open while it is waited for. */
export function drawLock(pen: Pen, colour: string, isHeld: boolean, x: number, y: number): void {
  pen.strokeStyle = colour
  pen.fillStyle = colour
  pen.lineWidth = 1.5
  pen.beginPath()
  pen.arc(isHeld ? x : x + 4, y - 1, 2.5, Math.PI, 0)
  pen.stroke()
  pen.fillRect(x - 4, y - 1, 8, 6)
}

export function drawArrow(pen: Pen, x: number, y: number, direction: 'down' | 'up' | 'right'): void {
  const [dx, dy] = { down: [0, 1], up: [0, -1], right: [1, 0] }[direction] as [number, number]
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(x - dx * 5 - dy * 3, y - dy * 5 - dx * 3)
  pen.lineTo(x - dx * 5 + dy * 3, y - dy * 5 + dx * 3)
  pen.fill()
}
