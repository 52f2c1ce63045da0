import type { Telling } from './describe.ts'
import type { Box, Flow } from './flow-layout.ts'
import type { Palette } from './palette.ts'
import type { Story } from './stories.ts'

export type Pen = CanvasRenderingContext2D

export interface FlowScene extends Telling {
  readonly flow: Flow
  readonly palette: Palette
  /** What the close-up shows. */
  readonly story: Story | undefined
  readonly focusedId: string | undefined
}

export const font = '12px system-ui, sans-serif'
export const strong = `600 ${font}`

export function outline(pen: Pen, palette: Palette, { x, y, width, height }: Omit<Box, 'item'>): void {
  pen.strokeStyle = palette.focus
  pen.lineWidth = 2
  pen.beginPath()
  pen.roundRect(x - 2, y - 2, width + 4, height + 4, 5)
  pen.stroke()
}
