import type { Standing } from './standing.ts'

/** Resolves once it is known whether anybody is signed in, or the first attempt to find out has failed. */
export function createReady({ getSnapshot, subscribe }: Standing): Promise<void> {
  const isReady = () => getSnapshot().status !== 'loading' || getSnapshot().error !== undefined
  if (isReady()) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = subscribe(() => {
      if (!isReady()) return
      stop()
      resolve()
    })
  })
}
