import type { Settings } from '../../../demo/server/settings.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import { createModel } from './model.ts'
import { createReferee } from './referee.ts'
import { createRig, type RigAnswer, users } from './rig.ts'
import type { Command, Flight } from './script.ts'

export interface WorldRules {
  settings?: Partial<Settings>
  /** Whether two parties may be told by their turns: only where no answers cross. */
  watchTurns?: boolean
  /** Flights are longer than the grace period can make good: a reuse need not be theft. */
  isLate?: boolean
}

export interface Life {
  /** What went wrong, with the number of the command after which it did. */
  faults: string[]
  /** Everything that reached the server or a browser. */
  story: string[]
  /** How often each kind of answer was given. */
  figures: Map<string, number>
}

/** All tabs of one browser. */
interface Browser {
  user: number
  jar: string | undefined
  accessToken: string | undefined
}

interface Happening {
  at: number
  order: number
  run(): Promise<void> | void
}

/** Lives one script, alone with a store; ends at the first fault. */
export async function live(script: readonly Command[], store: Store, rules: WorldRules = {}): Promise<Life> {
  const rig = await createRig(store, rules.settings)
  const model = createModel(rig, users.length)
  const referee = createReferee(rig, model, rules)
  const { time } = rig
  const browsers = new Map<number, Browser>()
  const happenings: Happening[] = []
  const story: string[] = []
  const figures = new Map<string, number>()
  const names = new Map<string, string>()
  let order = 0
  let lastStep = Number.NEGATIVE_INFINITY
  let loot: string | undefined

  const nameOf = (token: string | undefined) => {
    if (token === undefined) return '-'
    const name = names.get(token) ?? `t${names.size}`
    names.set(token, name)
    return name
  }
  const tell = (what: string) => story.push(`${(time.passed / 1000).toFixed(3)} ${what}`)
  const count = (what: string) => figures.set(what, (figures.get(what) ?? 0) + 1)

  function browserOf(who: number): Browser {
    const known = browsers.get(who) ?? { user: who % users.length, jar: undefined, accessToken: undefined }
    browsers.set(who, known)
    return known
  }

  function later(ms: number, run: Happening['run']): void {
    happenings.push({ at: time.passed + ms, order: order++, run })
  }

  /** Everything that is due by then, each at its moment. */
  async function pass(ms: number): Promise<void> {
    const end = time.passed + ms
    for (;;) {
      const due = happenings.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0]
      if (!due) break
      happenings.splice(happenings.indexOf(due), 1)
      time.passed = due.at
      await due.run()
      if (referee.faults.length > 0) return
    }
    time.passed = end
  }

  function describe(who: string, path: string, carried: string | undefined, answer: RigAnswer): void {
    const { status, code, cookie } = answer
    const given = cookie === undefined ? '' : ` with ${nameOf(cookie?.token)}`
    count(`${path} ${code ?? status}${cookie === undefined ? '' : ' cookie'}`)
    tell(`${who} ${path} ${nameOf(carried)}: ${code ?? status}${given}`)
  }

  async function refresh(presented: string | undefined, name: string, arrives: boolean): Promise<RigAnswer> {
    const answer = await rig.post('/auth/refresh', { refreshToken: presented })
    describe(name, 'refresh', presented, answer)
    await referee.refresh(presented, { name, arrives }, answer)
    return answer
  }

  async function signIn(browser: Browser, presented: string | undefined, password: string) {
    const email = users[browser.user]?.email
    const answer = await rig.post('/auth/login', { refreshToken: presented, body: { email, password } })
    const isRight = password === model.passwords[browser.user]
    referee.expect('a login', answer, isRight ? '200' : 'invalid_credentials')
    if (isRight) await replace(browser, presented, answer)
    return answer
  }

  async function replace(browser: Browser, presented: string | undefined, answer: RigAnswer): Promise<void> {
    const before = model.find(presented)?.family
    if (before && !before.gone) model.end(before, 'replaced')
    await model.begin(browser.user, answer)
  }

  async function signOut(presented: string | undefined): Promise<RigAnswer> {
    const answer = await rig.post('/auth/logout', { refreshToken: presented })
    referee.expect('a logout', answer, '204')
    const family = model.find(presented)?.family
    if (family && !family.gone) model.end(family, 'logout')
    return answer
  }

  async function signOutAll(accessToken: string | undefined): Promise<RigAnswer | undefined> {
    const access = model.accesses.find(({ token }) => token === accessToken)
    if (!access) return undefined
    const isAccepted = model.accepts(access)
    const answer = await rig.post('/auth/logout-all', { accessToken })
    if (!isAccepted) return answer
    referee.expect('a logout everywhere', answer, '204')
    model.versions[access.family.user] = (model.versions[access.family.user] ?? 0) + 1
    return answer
  }

  async function changePassword(browser: Browser, presented: string | undefined, accessToken?: string) {
    const access = model.accesses.find(({ token }) => token === accessToken)
    if (!access || !model.accepts(access)) return undefined
    const next = `correct horse ${order++}`
    const body = { current_password: model.passwords[browser.user], new_password: next }
    const answer = await rig.post('/auth/password/change', { refreshToken: presented, accessToken, body })
    referee.expect('a change of password', answer, '200')
    model.versions[browser.user] = (model.versions[browser.user] ?? 0) + 1
    model.passwords[browser.user] = next
    await replace(browser, presented, answer)
    return answer
  }

  type Posting = Extract<Command, { flight: Flight }>

  function answerOf(command: Posting, browser: Browser, jar: string | undefined, accessToken?: string) {
    const { kind, who, flight } = command
    if (kind === 'refresh') return refresh(jar, `browser ${who}`, flight.back !== null)
    if (kind === 'logout') return signOut(jar)
    if (kind === 'logoutAll') return signOutAll(accessToken)
    if (kind === 'login') return signIn(browser, jar, model.passwords[browser.user] ?? '')
    return changePassword(browser, jar, accessToken)
  }

  /** The request takes along the cookie of this moment; the answer brings its own when it arrives. */
  function send(command: Posting): void {
    const { who, kind, flight } = command
    const browser = browserOf(who)
    const { jar, accessToken } = browser
    if (flight.there === null) return
    later(flight.there, async () => {
      const answer = await answerOf(command, browser, jar, accessToken)
      if (!answer) return
      if (kind !== 'refresh') describe(`browser ${who}`, kind, jar, answer)
      if (flight.back === null) return
      later(flight.back, () => {
        if (answer.body?.access_token) browser.accessToken = answer.body.access_token
        if (answer.cookie === undefined) return
        browser.jar = answer.cookie?.token
        tell(`browser ${who} holds ${nameOf(browser.jar)}`)
      })
    })
  }

  async function obey(command: Command): Promise<void> {
    switch (command.kind) {
      case 'pass':
        return pass(command.ms)
      case 'step':
        time.error += command.ms
        lastStep = time.passed
        tell(`the clock is set by ${command.ms}`)
        return
      case 'restart':
        // What a process has seen of a step dies with it.
        if (time.passed - lastStep >= rig.settings.gracePeriod) rig.restart()
        return
      case 'sweep':
        model.sweep()
        tell('sweep')
        return rig.sweep()
      case 'call': {
        const access = model.accesses.at(-1 - command.age)
        if (access) referee.call(access, await rig.call(access.token))
        return
      }
      case 'steal': {
        loot = browserOf(command.who).jar ?? loot
        const family = model.find(loot)?.family
        // What was exchanged before tells nothing about who exchanges from now on.
        if (family) Object.assign(family, { robbed: true, turns: [] })
        tell(`a thief copies ${nameOf(loot)}`)
        return
      }
      case 'strike':
        if (loot !== undefined) loot = (await refresh(loot, 'thief', true)).cookie?.token ?? loot
        return
      default:
        return send(command)
    }
  }

  for (const [index, command] of script.entries()) {
    await obey(command)
    if (command.kind !== 'pass') await pass(0)
    if (referee.faults.length > 0)
      return { faults: referee.faults.map((fault) => `${index}: ${fault}`), story, figures }
  }
  return { faults: [], story, figures }
}
