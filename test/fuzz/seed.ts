import fc from 'fast-check'

/** A new one each time; `FUZZ_SEED` repeats one, `FUZZ_TIMES` makes the search longer. A failure says which it was. */
export const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))

const times = Number(process.env.FUZZ_TIMES ?? 1)

export const tries = (count: number): fc.Parameters<unknown> => ({ seed, numRuns: count * times })

/** The whole suite has other work beside. */
export const patience = { timeout: 60_000 }

/** Any letter from NUL to ÿ: what bytes can say. */
export const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((codes) => Buffer.from(codes).toString('latin1'))
