// Nothing a browser does may hang a test run: every wait has a bound, generous because machines are slow.

export const BOUND = 20_000

const POLL = 20

export const pause = (duration = POLL): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, duration))

/** Rejects when `work` takes longer than the bound; `work` itself goes on, so end it by other means. */
export const within = async <Value>(bound: number, what: string, work: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no end after ${bound} ms`)), bound)
  })
  try {
    return await Promise.race([work, overdue])
  } finally {
    clearTimeout(timer)
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
