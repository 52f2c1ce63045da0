/** The time in epoch milliseconds. */
export type Clock = () => number

/** As many bytes as asked for, unpredictable. */
export type Random = (length: number) => Uint8Array<ArrayBuffer>

export const systemClock: Clock = () => Date.now()

/** Counts on whatever is done to the clock. */
export const monotonicClock: Clock = () => performance.now()

export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length))
