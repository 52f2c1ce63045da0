import { describe, expect, it, vi } from 'vitest'
import { type OpenPage, openPage } from './open-page.ts'

/** The server of an app, as far as the scenarios need it. */
export interface Backend {
  readonly url: string
  /** How often its refresh endpoint has been called since `forget`. */
  refreshes(): number
  forget(): void
  /** Lets every access token given out so far expire; without the page it does not see that in its own token. */
  expireTokens(page?: OpenPage): Promise<unknown>
  /** Answers the next refresh with 503. */
  failRefreshOnce(): void
}

/** What has become of the calls, and how the app stands after them. */
interface Outcome {
  /** How many calls have succeeded. */
  succeeded: number
  refreshes: number
  isSignedIn: boolean
}

/** What has been measured of an app before the move; the guides tell it. */
export interface Measured {
  /** Ten parallel calls with an expired token. */
  expired: Outcome
  /** Two calls with a refused token; the 401 of the first comes after the refresh for the second. */
  late: Outcome
  /** One call with an expired token, whose refresh is answered 503 once. */
  outage: Outcome
  /** Whether signing out ends the session on the server, too. */
  endsOnServer: boolean
}

/** After the move nothing else will do. */
const right: Measured = {
  expired: { succeeded: 10, refreshes: 1, isSignedIn: true },
  late: { succeeded: 2, refreshes: 1, isSignedIn: true },
  outage: { succeeded: 1, refreshes: 2, isSignedIn: true },
  endsOnServer: true,
}

function times({ refreshes }: Outcome): string {
  return refreshes === 1 ? 'once' : `${refreshes} times`
}

// Each page is a process of its own, and others start beside it.
vi.setConfig({ testTimeout: 30_000 })

/** Drives the app of a guide before and after the move, against the same backend. */
export function describeMigration(
  guide: string,
  startBackend: () => Promise<Backend>,
  before: Measured,
): void {
  async function signIn(app: string) {
    const backend = await startBackend()
    const page = await openPage(`${guide}/${app}`, backend.url)
    await page.signIn()
    backend.forget()
    return { page, backend }
  }

  async function count(calls: Promise<unknown>[], page: OpenPage, backend: Backend): Promise<Outcome> {
    const settled = await Promise.allSettled(calls)
    return {
      succeeded: settled.filter(({ status }) => status === 'fulfilled').length,
      refreshes: backend.refreshes(),
      isSignedIn: (await page.isSignedIn()) === true,
    }
  }

  describe.each([
    ['before', before],
    ['after', right],
  ] as const)(`${guide}, %s`, (app, { expired, late, outage, endsOnServer }) => {
    it('makes a call once it is signed in', async () => {
      const { page, backend } = await signIn(app)
      expect(await page.get('/items?n=2')).toMatchObject({ items: [{}, {}] })
      expect(await page.isSignedIn()).toBe(true)
      expect(backend.refreshes()).toBe(0)
    })

    it(`gets ${expired.succeeded} of ten parallel calls past an expired token, refreshing ${times(expired)}`, async () => {
      const { page, backend } = await signIn(app)
      await backend.expireTokens(page)
      const calls = Array.from({ length: 10 }, () => page.get('/items?n=2'))
      expect(await count(calls, page, backend)).toEqual(expired)
    })

    it(`gets ${late.succeeded} of two calls past a 401 that comes late, refreshing ${times(late)}`, async () => {
      const { page, backend } = await signIn(app)
      await backend.expireTokens()
      await page.delay()
      const first = page.get('/items?n=2')
      const second = page.get('/items?n=2')
      await Promise.allSettled([second])
      await page.release()
      expect(await count([first, second], page, backend)).toEqual(late)
    })

    const [kept, sent] = [outage.isSignedIn ? 'keeps' : 'loses', outage.succeeded ? 'makes' : 'fails']
    it(`${kept} the session and ${sent} the call when a refresh is answered 503`, async () => {
      const { page, backend } = await signIn(app)
      await backend.expireTokens(page)
      backend.failRefreshOnce()
      expect(await count([page.get('/items?n=2')], page, backend)).toEqual(outage)
    })

    it(`is signed out, ${endsOnServer ? 'on' : 'but not on'} the server`, async () => {
      const { page, backend } = await signIn(app)
      const left = await page.look()
      await page.signOut()
      await expect(page.get('/items?n=2')).rejects.toThrow()
      expect(await page.isSignedIn()).toBe(false)
      // Somebody else, with a copy of the cookies that were there before.
      const copy = await openPage(`${guide}/after`, backend.url, left)
      expect(await count([copy.get('/items?n=2')], copy, backend)).toMatchObject({
        isSignedIn: !endsOnServer,
      })
    })
  })

  it(`${guide}: finds the user signed in who was so before the move`, async () => {
    const { page, backend } = await signIn('before')
    const next = await openPage(`${guide}/after`, backend.url, await page.look())
    expect(await next.get('/items?n=2')).toMatchObject({ items: [{}, {}] })
    expect(await next.isSignedIn()).toBe(true)
    expect(backend.refreshes()).toBe(1)
  })
}
