import { type Box, hit } from './flow-layout.ts'
import type { Item } from './items.ts'

/** A canvas that is as sharp as the screen, and knows what is where on it. */
export interface Surface {
  readonly pen: CanvasRenderingContext2D
  /** In the pixels of the page. */
  readonly width: number
  /** Moves when the canvas has been resized, and is empty. */
  readonly generation: number
  /** What lies where, for the pointer. */
  place(boxes: () => readonly Box[]): void
  setHeight(height: number): void
}

export function createSurface(canvas: HTMLCanvasElement, point: (item: Item | undefined) => void): Surface {
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('this browser cannot draw')
  let boxes: () => readonly Box[] = () => []
  let width = canvas.clientWidth
  let height = 0
  let generation = 0

  function resize(): void {
    const ratio = devicePixelRatio || 1
    generation += 1
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    pen?.setTransform(ratio, 0, 0, ratio, 0, 0)
  }

  new ResizeObserver(() => {
    if (width === canvas.clientWidth) return
    width = canvas.clientWidth
    resize()
  }).observe(canvas)
  canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => point(hit(boxes(), offsetX, offsetY)))
  canvas.addEventListener('pointerdown', ({ offsetX, offsetY }) => point(hit(boxes(), offsetX, offsetY, 12)))
  canvas.addEventListener('pointerleave', ({ pointerType }) => {
    // A finger that has been lifted still means what it touched.
    if (pointerType === 'mouse') point(undefined)
  })

  return {
    pen,
    get width() {
      return width
    },
    get generation() {
      return generation
    },
    place(given) {
      boxes = given
    },
    setHeight(wanted) {
      if (wanted === height) return
      height = wanted
      // By script, which the page's policy allows: the height follows the number of tabs.
      canvas.style.height = `${height}px`
      resize()
    },
  }
}
