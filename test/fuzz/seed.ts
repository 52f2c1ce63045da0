import fc from 'fast-check'

/**
 * The same each time, so that a failure is the fault of the change at hand. To search on: another `FUZZ_SEED`, `FUZZ_TIMES` for
 * longer. A failure says which it was.
 */
export const seed = Number(process.env.FUZZ_SEED ?? 1)

const times = Number(process.env.FUZZ_TIMES ?? 1)

export const tries = (count: number): fc.Parameters<unknown> => ({ seed, numRuns: count * times })

/** The whole suite has other work beside. */
export const patience = { timeout: 60_000 }

/** Any letter from NUL to ÿ: what bytes can say. */
export const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((codes) => Buffer.from(codes).toString('latin1'))
