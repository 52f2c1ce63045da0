/** `1 call`, `20 calls`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`
}

/** `80 ms`, `4.2 s`, `58 s`, `14 min`. */
export function span(duration: number): string {
  const seconds = duration / 1000
  if (seconds < 1) return `${Math.max(0, Math.round(duration))} ms`
  if (seconds < 10) return `${seconds.toFixed(1).replace('.0', '')} s`
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}
