import type { Connection } from '../session.ts'
import { byName, write } from './elements.ts'
import { endings } from './narrate.ts'
import { nameOf } from './people.ts'
import { span } from './wording.ts'

const frame = 200
const bringsToken = ['signed-in', 'refreshed', 'adopted']

/** Shows how the session stands, and keeps the bar draining. */
export function startSessionPanel({ session, apiFetch }: Connection): void {
  let total = 0
  let shown: number | undefined
  let who: string | undefined
  let sessionNumber = 0

  /** The session itself says nothing about the user: an app asks its own backend. */
  async function findWho(): Promise<void> {
    const asked = ++sessionNumber
    const response = await apiFetch('/api/me').catch(() => undefined)
    if (asked !== sessionNumber || !response?.ok) return
    const { email } = (await response.json()) as { email: string }
    who = nameOf(email)
    show()
  }

  function show(): void {
    const { status, refreshing, stale, reason, error } = session.getSnapshot()
    if (status === 'unauthenticated') {
      who = undefined
      sessionNumber += 1
    }
    write('status', status)
    byName('status').dataset.status = status
    write('who', who ?? (status === 'authenticated' ? '…' : 'nobody'))
    write('refreshing', refreshing ? 'yes' : 'no')
    write('stale', stale ? 'yes' : 'no')
    write(
      'reason',
      error?.message ?? (reason ? endings[reason] : status === 'loading' ? 'not known yet' : 'all is well'),
    )
    showToken()
  }

  function showToken(): void {
    const { expiresAt, status } = session.getSnapshot()
    const isThere = status === 'authenticated' && expiresAt !== undefined
    if (expiresAt !== shown) {
      shown = expiresAt
      total = expiresAt === undefined ? 0 : expiresAt - Date.now()
    }
    const left = isThere ? Math.max(0, expiresAt - Date.now()) : 0
    // The default of `refreshMargin`; the session moves it a little, at random.
    const margin = Math.min(60_000, total * 0.2)
    const isAhead = margin > 1000
    const bar = byName('bar')
    bar.style.setProperty('--left', isThere && total > 0 ? String(left / total) : '0')
    bar.style.setProperty('--mark', isThere && total > 0 ? String(margin / total) : '0')
    bar.classList.toggle('ahead', isThere && isAhead)
    bar.classList.toggle('due', left <= margin)
    if (!isThere) {
      write('expiry', 'none')
      write('margin', 'Once signed in, you see its life drain here.')
      return
    }
    write('expiry', left > 0 ? `expires in ${span(Math.ceil(left / 1000) * 1000)}` : 'expired')
    write(
      'margin',
      isAhead
        ? `A new one is fetched at the mark, about ${span(margin)} before the end, while this page is visible.`
        : 'Too short-lived to refresh ahead: the next call that needs a token fetches one.',
    )
  }

  session.subscribe((event) => {
    if (event.type === 'signed-in') who = undefined
    show()
    if (who === undefined && bringsToken.includes(event.type)) void findWho()
  })
  setInterval(showToken, frame)
  show()
}
