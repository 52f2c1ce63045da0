function spent(work: () => void, repeats: number): number {
  const start = performance.now()
  for (let turn = 0; turn < repeats; turn++) work()
  return performance.now() - start
}

const shortLength = 1600

/** A hundred thousand letters: sixty-four times as many. */
const longLength = 64 * shortLength

/** In milliseconds: enough for the clock to tell, short enough to be left alone by all else. */
const measurable = 0.05

/** In milliseconds: what takes so long is not measured twelve times. */
const beyondDoubt = 2000

/**
 * How many times the time for a short input that for a long one is: sixty-four, if it grows with the length; four
 * thousand, if with the square of it. The two are so far apart that no busy machine makes one look like the other. Whatever else
 * it does only adds to a time, so that the least of several is the truest; what looks like more than its share is measured further.
 */
export function growthOf(work: (length: number) => () => void, suspicious: number): number {
  const short = work(shortLength)
  const long = work(longLength)
  // Regular expressions are compiled at the second use.
  short()
  short()
  let repeats = 1
  while (spent(short, repeats) < measurable && repeats < 4096) repeats *= 4
  let leastShort = Infinity
  let leastLong = Infinity
  let growth = Infinity
  for (let attempt = 0; attempt < 2 || (growth >= suspicious && attempt < 12); attempt++) {
    leastShort = Math.min(leastShort, spent(short, repeats))
    leastLong = Math.min(leastLong, spent(long, repeats))
    growth = leastLong / leastShort
    if (leastLong > beyondDoubt) break
  }
  return growth
}
