import type { Settings } from '../../../demo/server/settings.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import type { Random } from '../../helpers/random.ts'
import { inspectFamily } from './inspect-tables.ts'
import { createModel, type Family } from './model.ts'
import { createRig, type Rig, type RigAnswer } from './rig.ts'

export interface CrowdRules {
  rounds: number
  settings?: Partial<Settings>
}

export interface CrowdReport {
  faults: string[]
  figures: Map<string, number>
}

const grace = 10_000

/**
 * Tabs that really refresh at once, over several servers on one database: in each round one token of a family is
 * presented by several tabs, or several of its tokens are, and somebody may sign out meanwhile. Time stands still
 * within a round.
 */
export async function crowd(
  stores: readonly Store[],
  random: Random,
  { rounds, settings = {} }: CrowdRules,
): Promise<CrowdReport> {
  const rigs: Rig[] = []
  for (const store of stores) rigs.push(await createRig(store, settings))
  const first = rigs[0] as Rig
  const model = createModel(first, 1)
  const faults: string[] = []
  const figures = new Map<string, number>()
  const count = (what: string) => figures.set(what, (figures.get(what) ?? 0) + 1)
  const pass = (ms: number) => {
    for (const { time } of rigs) time.passed += ms
  }
  let jar: string | undefined
  let accessToken: string | undefined

  async function signIn(): Promise<Family> {
    const body = { email: 'demo@example.com', password: 'correct horse' }
    const answer = await first.post('/auth/login', { body })
    await model.begin(0, answer)
    jar = answer.cookie?.token
    accessToken = answer.body?.access_token
    return model.families.get(answer.cookie?.sessionId ?? '') as Family
  }

  /** Those who refuse must be right about it; those who grant must agree on what comes next. */
  async function judgeAnswers(answers: RigAnswer[], refusals: string[], isMixed: boolean): Promise<void> {
    const granted = answers.filter(({ status }) => status === 200)
    for (const { status, code } of answers) {
      count(`${code ?? status}`)
      if (status !== 200 && status !== 503 && !refusals.includes(`${code}`))
        faults.push(`a refresh was answered ${code}`)
    }
    for (const { cookie } of granted) if (cookie) await model.learn(cookie)
    accessToken = granted[0]?.body?.access_token ?? accessToken
    const next = new Set(granted.flatMap(({ cookie }) => (cookie ? [cookie.token] : [])))
    if (!isMixed && next.size > 1) faults.push(`${next.size} different successors were handed out`)
    // An answer in five is lost.
    if (next.size > 0 && random.chance(0.8)) jar = random.pick([...next])
    const hashes = family.tokens.map(({ hash }) => hash)
    faults.push(
      ...(await inspectFamily({
        store: first.store,
        settings: first.settings,
        now: first.wall(),
        hashes,
      })),
    )
  }

  let family = await signIn()
  for (let round = 0; round < rounds && faults.length === 0; round++) {
    pass(random.pick([1, 5000, grace - 1, grace, grace + 1, 2 * grace, 60 * grace]))
    const isEnding = random.chance(0.1)
    // Who brings an old one may be a thief, or his victim.
    const isMixed = random.chance(0.2)
    family.robbed ||= isMixed
    const held = [jar, ...(isMixed ? family.tokens.slice(-3).map(({ token }) => token) : [])]
    const refreshes = Array.from({ length: 2 + random.below(7) }, () =>
      random.pick(rigs).post('/auth/refresh', { refreshToken: random.pick(held) }),
    )
    const ending = isEnding && endSession(random.pick(rigs))
    const answers = await Promise.all(refreshes)
    const isReused = answers.some(({ code }) => code === 'refresh_reused')
    const refusals = [
      ...(family.robbed ? ['refresh_reused'] : []),
      ...(isEnding || isReused ? ['session_revoked'] : []),
    ]
    await judgeAnswers(answers, refusals, isMixed)
    if (!ending && !isReused) continue
    await ending
    await expectOver(family)
    family = await signIn()
  }

  function endSession(rig: Rig): Promise<RigAnswer> {
    if (random.chance(0.5)) return rig.post('/auth/logout', { refreshToken: jar })
    return rig.post('/auth/logout-all', { accessToken })
  }

  async function expectOver({ tokens, id }: Family): Promise<void> {
    for (const { token } of tokens) {
      const { status } = await random.pick(rigs).post('/auth/refresh', { refreshToken: token })
      if (status !== 401 && status !== 503) faults.push(`session ${id} went on after its end`)
    }
    if (accessToken && (await random.pick(rigs).call(accessToken)) !== 401)
      faults.push('an access token outlived its session')
  }
  return { faults, figures }
}
