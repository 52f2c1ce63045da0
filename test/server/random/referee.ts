import { inspectFamily } from './inspect-tables.ts'
import type { Family, KnownAccess, KnownToken, Model } from './model.ts'
import type { Rig, RigAnswer } from './rig.ts'

/** Who presented a token, and whether the answer will reach them. */
export interface Presenter {
  name: string
  arrives: boolean
}

export interface Referee {
  readonly faults: string[]
  refresh(presented: string | undefined, presenter: Presenter, answer: RigAnswer): Promise<void>
  call(access: KnownAccess, status: number): void
  /** Of all other endpoints: what it answered, what it should have. */
  expect(what: string, answer: RigAnswer, wanted: string): void
}

/** Beyond this no step of the clock stretches the grace period. */
const longestStep = 5 * 60_000

/** Compares what the server answered with what the model knows. */
export function createReferee(
  rig: Rig,
  model: Model,
  { watchTurns = false, isLate = false }: { watchTurns?: boolean; isLate?: boolean },
): Referee {
  const { settings, wall, store } = rig
  const faults: string[] = []
  const complain = (what: string) => void faults.push(what)

  /** `any` where a thief, or a flight that took too long, makes both right. */
  function wantedOf(known: KnownToken | undefined): string {
    if (!known || known.family.gone) return 'no_session'
    const end = model.findEnd(known.family)
    if (end) return end
    const isOver = known.idleExpiresAt <= wall()
    if (settings.strict && known.granted > 0) return isOver ? 'session_expired' : 'refresh_reused'
    if ((known.family.robbed || isLate) && !settings.strict) return 'any'
    return isOver ? 'session_expired' : '200'
  }

  /** Two parties that exchange tokens in turns: the third exchange must be the end of it. */
  function watchTurn(family: Family, { name, arrives }: Presenter): void {
    const gap = wall() - family.lastCookieAt
    family.lastCookieAt = Math.max(wall(), family.lastCookieAt)
    if (gap <= settings.gracePeriod + longestStep) {
      family.turns = []
      return
    }
    if (arrives && family.turns.at(-1) !== name) family.turns.push(name)
    if (watchTurns && family.turns.length > 2) complain(`exchanged in turns: ${family.turns.join(', ')}`)
  }

  async function expectDurable(family: Family): Promise<void> {
    const session = await store.read((records) => records.findSession(family.id))
    if (session?.revokedReason !== 'reuse') complain(`a reuse left the session ${session?.revokedReason}`)
  }

  async function granted(known: KnownToken, presenter: Presenter, answer: RigAnswer): Promise<void> {
    const { family } = known
    const { cookie } = answer
    known.granted++
    model.learnAccess(answer)
    if (answer.body?.session.id !== family.id) complain('answered with another session')
    if (cookie === null) complain('a refresh removed the cookie')
    if (!cookie) return
    await model.learn(cookie)
    if (cookie.sessionId !== family.id) complain('the hint names another session')
    if (cookie.gen < family.highestGen) complain(`gen ${cookie.gen} after ${family.highestGen}`)
    family.highestGen = Math.max(family.highestGen, cookie.gen)
    watchTurn(family, presenter)
  }

  return {
    faults,
    async refresh(presented, presenter, answer) {
      const known = model.find(presented)
      const wanted = wantedOf(known)
      const given = answer.status === 200 ? '200' : `${answer.code}`
      if (answer.status !== 200 && answer.status !== 401) complain(`a refresh was answered ${answer.status}`)
      if (answer.status !== 200 && answer.cookie !== undefined) complain('a refusal touched the cookie')
      const isRight =
        wanted === 'any' ? ['200', 'refresh_reused', 'session_expired'].includes(given) : given === wanted
      if (!isRight) complain(`a refresh of ${presenter.name} was answered ${given} instead of ${wanted}`)
      if (!known) return
      if (answer.status === 200) await granted(known, presenter, answer)
      if (given === 'refresh_reused') {
        model.end(known.family, 'reuse')
        await expectDurable(known.family)
      }
      if (known.family.gone) return
      const hashes = known.family.tokens.map(({ hash }) => hash)
      faults.push(...(await inspectFamily({ store, settings, now: wall(), hashes })))
    },
    call(access, status) {
      // The claims are fractions of a second: at the very end rounding may go either way.
      if (Math.abs(wall() - settings.clockTolerance - access.expiresAt) <= 1) return
      const wanted = model.accepts(access) ? 200 : 401
      if (status !== wanted) complain(`an access token was answered ${status} instead of ${wanted}`)
    },
    expect(what, { status, code }, wanted) {
      const given = status < 300 ? `${status}` : `${code}`
      if (given !== wanted) complain(`${what} was answered ${given} instead of ${wanted}`)
    },
  }
}
