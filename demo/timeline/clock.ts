import { keptPast, spanFor, type View } from './view.ts'

/** Which moment is shown: the present, or one at which the flow was stopped. */
export interface Clock {
  view(width: number): View
  readonly isPaused: boolean
  pause(at?: number): void
  resume(): void
}

export function createClock(now: () => number): Clock {
  let pausedAt: number | undefined
  return {
    view: (width) => ({ now: pausedAt ?? now(), isPaused: pausedAt !== undefined, ...spanFor(width) }),
    get isPaused() {
      return pausedAt !== undefined
    },
    pause(at = pausedAt ?? now()) {
      pausedAt = Math.min(now(), Math.max(now() - keptPast, at))
    },
    resume() {
      pausedAt = undefined
    },
  }
}

/** Calls for each frame; once a second for who wants less motion; never while the page or the drawing is out of sight. */
export function animate(element: Element, draw: () => void): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)')
  let isInSight = true
  let last = -Infinity
  new IntersectionObserver((entries) => {
    isInSight = entries.at(-1)?.isIntersecting ?? true
  }).observe(element)

  function frame(time: number): void {
    if (isInSight && (!calm.matches || time - last >= 1000)) {
      last = time
      draw()
    }
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}
