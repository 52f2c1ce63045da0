import type { Session } from 'silent-refresh'
import { byName } from '../page/elements.ts'

/** So long a new token is believed: a 401 to it starts no refresh. */
const freshness = 5000
const pause = (duration: number) => new Promise((resolve) => setTimeout(resolve, duration))

/** Presses the page's own buttons, one after another: what it is all about, in ten seconds. */
export function startShow(session: Session, begins: () => void): void {
  const button = byName<HTMLButtonElement>('timeline-show')
  const label = button.textContent
  let refreshedAt = -Infinity
  session.subscribe(({ type }) => {
    if (type === 'refreshed' || type === 'adopted') refreshedAt = performance.now()
  })
  const isSignedIn = () => session.getSnapshot().status === 'authenticated'

  async function show(): Promise<void> {
    if (!isSignedIn()) {
      byName('sign-in-alice').click()
      await new Promise<void>((resolve) => {
        const stop = session.subscribe(() => {
          if (!isSignedIn()) return
          stop()
          resolve()
        })
      })
      await pause(1200)
    }
    await pause(Math.max(0, refreshedAt + freshness + 200 - performance.now()))
    byName('expire').click()
    await pause(1200)
    byName('fetch-20').click()
  }

  button.addEventListener('click', () => {
    begins()
    button.disabled = true
    button.textContent = 'Watch …'
    // Should the sign-in fail, the page says so, and this is not to wait for ever.
    Promise.race([show(), pause(15_000)]).finally(() => {
      button.disabled = false
      button.textContent = label
    })
  })
}
