/**
 * One instant, on both of the browser's clocks. The monotonic one may stand still while the machine sleeps, the
 * wall clock may be changed by anybody; so whichever says "it has come" first is believed.
 */
export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

/** A moment that neither clock reaches. */
export const never: Moment = { monotonic: Infinity, wall: Infinity }

export function after(start: Moment, duration: number): Moment {
  return { monotonic: start.monotonic + duration, wall: start.wall + duration }
}

/** Milliseconds until `moment`; zero or less once it has come. */
export function until(moment: Moment, now: Moment): number {
  return Math.min(moment.monotonic - now.monotonic, moment.wall - now.wall)
}

export function soonest(...moments: (Moment | undefined)[]): Moment | undefined {
  const known = moments.filter((moment) => moment !== undefined)
  if (known.length === 0) return undefined
  return {
    monotonic: Math.min(...known.map(({ monotonic }) => monotonic)),
    wall: Math.min(...known.map(({ wall }) => wall)),
  }
}

export function latest(one: Moment | undefined, other: Moment | undefined): Moment | undefined {
  if (!one || !other) return one ?? other
  return {
    monotonic: Math.max(one.monotonic, other.monotonic),
    wall: Math.max(one.wall, other.wall),
  }
}
