/** `RANDOM_SEED=7 RANDOM_LIVES=1` lives one life again; more lives are a longer run. */
export function readSeeds(lives: number): number[] {
  const first = Number(process.env.RANDOM_SEED ?? 1)
  const count = Number(process.env.RANDOM_LIVES ?? (process.env.RANDOM_SEED ? 1 : lives))
  return Array.from({ length: count }, (_, index) => first + index)
}
