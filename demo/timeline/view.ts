/** Which part of the past is looked at. */
export interface View {
  /** The moment that is shown as now. */
  readonly now: number
  /** Whether it stands still there. */
  readonly isPaused: boolean
  /** Milliseconds of past and future that are in sight. */
  readonly past: number
  readonly future: number
}

/** Where on a canvas a moment is. */
export interface Scale {
  readonly from: number
  readonly to: number
  /** Where it ends on the canvas. */
  readonly width: number
  x(at: number): number
}

export const longestPast = 30_000
/** How far one can look back. */
export const keptPast = 300_000

export function createScale(from: number, to: number, left: number, right: number): Scale {
  const factor = (right - left) / Math.max(1, to - from)
  return { from, to, width: right, x: (at) => left + (at - from) * factor }
}

/** On a narrow screen less of the past, or all of it would shrink to nothing. */
export function spanFor(width: number): Pick<View, 'past' | 'future'> {
  const past = width < 560 ? longestPast / 2 : longestPast
  return { past, future: past / 6 }
}

/** Round steps, so that about `most` of them cover the span. */
export function ticks(from: number, to: number, most: number): number {
  const rough = Math.max(1, (to - from) / most)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10
  return step * power
}
