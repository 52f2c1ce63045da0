import { setOffline } from '../../../src/testing/host.ts'
import { createFakeBrowser } from '../../helpers/fake-browser.ts'
import { createRandom, type Random } from '../../helpers/random.ts'
import type { Deed, Plan } from './plan.ts'
import { type Complaint, createReferee } from './referee.ts'
import { admit, keep, openVisit, type Visit } from './visit.ts'
import { createWeather } from './weather.ts'

/** What came of one life. */
export interface Report {
  readonly complaints: readonly Complaint[]
  readonly disruptions: number
  readonly tabs: number
  readonly requests: number
  readonly refreshes: number
  readonly logins: number
  readonly signOuts: number
}

/** Lives the life that the plan says. `tell` hears the story, line by line. */
export async function live(
  { setting, steps }: Plan,
  tell: (line: string) => void = () => {},
): Promise<Report> {
  const ends: (() => void)[] = []
  const browser = createFakeBrowser((task) => ends.push(task))
  const { server, clock } = browser
  const start = clock.now().monotonic
  const say = (line: string) =>
    tell(`${((clock.now().monotonic - start) / 1000).toFixed(3).padStart(9)} ${line}`)
  let random: Random = createRandom(0)
  const dice = () => random
  const weather = createWeather(browser, setting, dice)
  const { lifetime, refreshDelay, delay, cookie, rotation, setsHint } = setting
  Object.assign(server, { lifetime, refreshDelay, delay, cookie, rotation, setsHint })
  const referee = createReferee(browser, setting, say)
  server.onRefresh = () => weather.answerRefresh()
  server.onApi = (hit) => {
    referee.arrives(hit)
    return weather.answerApi()
  }

  const places = new Map<number, Visit>()
  const all: Visit[] = []
  let created = 0
  let made = 0
  let disruptions = 0
  let hasOutsider = false
  /** Counts who has signed in or out; and which of them was a sign-out that the server has heard of. */
  let turns = 0
  let lastSignOut = -1

  function open(place: number): Visit {
    const name = `tab ${place + 1}.${all.length}`
    const createId = () => `${name}-${created++}`
    const visit = openVisit({ browser, setting, name, dice, createId, departs: referee.departs })
    places.set(place, visit)
    all.push(visit)
    referee.watch(visit)
    return visit
  }

  function end(place: number, visit: Visit, isCrash: boolean): void {
    referee.disturb(visit)
    visit.state = 'gone'
    places.delete(place)
    if (isCrash) visit.tab.crash()
    else visit.tab.close()
  }

  function thaw(visit: Visit): void {
    referee.disturb()
    visit.state = 'running'
    visit.catchesUpUntil = clock.now().monotonic + 1000
    visit.tab.thaw()
  }

  function restore(visit: Visit): void {
    visit.state = 'running'
    visit.catchesUpUntil = clock.now().monotonic + 1000
    visit.tab.restore()
  }

  function show(visit: Visit): void {
    visit.tab.page.isVisible = true
    visit.tab.page.send('wake')
  }

  function request(visit: Visit, send: (path: string, signal: AbortSignal) => Promise<unknown>): void {
    const path = `/api/${++made}`
    const controller = new AbortController()
    visit.controllers.push(controller)
    referee.begins(visit, path)
    keep(visit, path, send(path, controller.signal))
  }

  async function logIn(visit: Visit, user: string): Promise<unknown> {
    const patience = random.pick([0, 0, 0, 0, 2000, 20_000])
    const isPlain = random.chance(0.5)
    const isRead = random.chance(0.5)
    if (patience > 0)
      await new Promise<void>((resolve) => visit.tab.environment.clock.startTimer(resolve, patience))
    const send = isPlain ? visit.tab.environment.fetch : visit.send
    const answer = await send('/auth/login', { method: 'POST', body: JSON.stringify({ user }) })
    if (!answer.ok) throw new Error('wrong password')
    return isRead ? answer.json() : answer
  }

  function signIn(visit: Visit, user: string): void {
    say(`    as ${user || 'nobody'}`)
    turns++
    const promise = visit.session.signIn(() => logIn(visit, user))
    referee.turn(promise)
    if (visit.signingIn++ === 0) visit.signInAt = clock.now().monotonic
    promise.catch(() => {}).finally(() => visit.signingIn--)
    keep(visit, 'sign-in', promise)
  }

  const deeds: Record<Deed, (visit: Visit, place: number) => void> = {
    request: (visit) =>
      request(visit, (path, signal) => visit.send(path, { method: 'POST', body: 'x', signal })),
    'axios request': (visit) => request(visit, (path, signal) => visit.axios.post(path, 'x', { signal })),
    'other SDK'(visit) {
      const token = admit(visit)
      const known = visit.signingIn > 0 ? undefined : visit.user
      const user = token ? server.ownerOf(token.authorization ?? null) : known
      const promise = visit.session.getAccessToken()
      keep(
        visit,
        'token',
        promise.then((text) => referee.judgeToken(visit, user, text)),
      )
    },
    abort: (visit) => random.pick(visit.controllers)?.abort(),
    'get token': (visit) =>
      keep(visit, 'token', visit.session.getAccessToken({ minTtl: random.pick([0, 30_000, 90_000]) })),
    refresh(visit) {
      // It may find the session that a sign-out has not reached yet.
      turns++
      visit.asked++
      const promise = visit.session.refresh()
      promise.catch(() => {}).finally(() => visit.asked--)
      keep(visit, 'refresh', promise)
    },
    'log in': (visit) => signIn(visit, random.pick(['alice', 'bob'])),
    'log in elsewhere'() {
      hasOutsider = true
      turns++
      referee.disturb()
      server.cookie = random.pick(['alice', 'bob'])
      referee.turn()
      // Refreshes that are under way may find that out, or may not.
      referee.turn(new Promise((resolve) => void clock.startTimer(() => resolve(undefined), 10_000)))
    },
    'wrong password': (visit) => signIn(visit, ''),
    'sign in with a token'(visit) {
      const user = random.pick(['alice', 'bob'])
      say(`    as ${user}`)
      turns++
      referee.disturb()
      server.cookie = user
      const promise = visit.session.signIn(server.issue(user))
      referee.turn(promise)
      keep(visit, 'sign-in', promise)
    },
    'sign out'(visit) {
      turns++
      const own = visit.session.getSnapshot().status === 'unauthenticated' ? -1 : turns
      const promise = visit.session.signOut()
      promise.then(
        () => {
          lastSignOut = own
        },
        () => {},
      )
      referee.turn(promise)
      keep(visit, 'sign-out', promise)
    },
    reload(visit, place) {
      end(place, visit, false)
      open(place)
    },
    close: (visit, place) => end(place, visit, false),
    crash: (visit, place) => end(place, visit, true),
    cache(visit) {
      referee.disturb(visit)
      visit.state = 'cached'
      visit.tab.cache()
    },
    restore(visit) {
      if (visit.state === 'cached') restore(visit)
    },
    evict(visit, place) {
      if (visit.state === 'cached') end(place, visit, true)
    },
    freeze(visit) {
      referee.disturb()
      visit.state = 'frozen'
      visit.tab.freeze()
    },
    thaw(visit) {
      if (visit.state === 'frozen') thaw(visit)
    },
    hide(visit) {
      visit.tab.page.isVisible = false
      visit.tab.page.send('hide')
    },
    show,
    'expire all': () => server.expireAll(),
    'end at server'() {
      server.endSession()
      referee.turn()
    },
    sleep: () => leap(() => clock.sleep(random.below(120_000))),
    'set clock': () => leap(() => clock.setWallClock((random.next() - 0.5) * 7_200_000)),
    offline: () => setOffline(browser, true),
    online: () => setOffline(browser, false),
    weather: () => say(`    ${weather.change()}`),
    latency() {
      const latency = random.pick([0, 2, 20, 100, 300])
      browser.latency = () => latency
    },
  }

  /** A call is answered while the machine sleeps; so none is under way when it wakes up. */
  function leap(jump: () => void): void {
    if (rotation === 'strict' && browser.locks.size > 0) return
    referee.disturb()
    jump()
  }

  const forAll: readonly Deed[] = [
    'log in elsewhere',
    'expire all',
    'end at server',
    'sleep',
    'set clock',
    'offline',
    'online',
    'weather',
    'latency',
  ]
  const fromOutside: readonly Deed[] = ['restore', 'evict', 'thaw', 'crash']

  function take(deed: Deed, place: number): void {
    const visit = places.get(place)
    if (!visit && !forAll.includes(deed)) {
      say(`open ${place + 1}`)
      open(place)
      disruptions++
      return
    }
    const isAble = visit?.state === 'running' || forAll.includes(deed) || fromOutside.includes(deed)
    if (!isAble) return
    say(`${deed} ${forAll.includes(deed) ? '' : visit?.name}`)
    disruptions++
    deeds[deed](visit as Visit, place)
  }

  for (const step of steps) {
    random = createRandom(step.seed)
    take(step.deed, step.place)
    await clock.advance(step.pause)
  }

  say('--- the end: all is well from here on')
  random = createRandom(1)
  weather.clear()
  setOffline(browser, false)
  if (places.size === 0) open(0)
  const living = [...places.values()]
  for (const visit of living) {
    if (visit.state === 'frozen') thaw(visit)
    if (visit.state === 'cached') restore(visit)
    show(visit)
  }
  await clock.advance(120_000)

  function checkPromises(when: string): void {
    for (const visit of living) {
      for (const [what, { state }] of visit.promises)
        if (state === 'pending') referee.complain('hanging', `${visit.name}: ${what} ${when}`)
    }
  }

  const { lack } = setting
  const canAgree = !/storage|everything/.test(lack)

  async function checkAgreement(when: string): Promise<void> {
    const last = living.map((visit) =>
      visit
        .send(`/api/last/${when}/${visit.name}`)
        .then(
          async (answer) => ({ status: answer.status, body: (await answer.json()) as { user?: string } }),
          String,
        ),
    )
    for (const [index, promise] of last.entries()) keep(living[index] as Visit, 'last request', promise)
    await clock.advance(20_000)
    const statuses = living.map(({ session }) => session.getSnapshot().status)
    say(`${when}: ${statuses.join()}, cookie of ${server.cookie}, ${server.isAlive ? 'alive' : 'dead'}`)
    if (
      canAgree &&
      (server.isAlive || when === 'then') &&
      !(hasOutsider && when === 'first') &&
      new Set(statuses).size > 1
    )
      referee.complain('disagreement', `${when}: ${statuses.join()}`)
    if (lastSignOut === turns && canAgree && (server.isAlive || statuses.includes('authenticated')))
      referee.complain('sign-out in vain', when)
    if (!server.isAlive || (when === 'first' && (hasOutsider || !canAgree))) return
    for (const [index, visit] of living.entries()) {
      if (statuses[index] === 'unauthenticated') continue
      const answer = await Promise.race([last[index], Promise.resolve('nothing')])
      if (typeof answer === 'string' || answer?.status !== 200 || answer.body.user !== server.cookie) {
        referee.complain(
          'disagreement',
          `${when}: ${visit.name} was answered ${JSON.stringify(answer)}, the cookie is ${server.cookie}'s`,
        )
      }
    }
  }

  checkPromises('after two quiet minutes')
  await checkAgreement('first')
  say('--- all tokens have expired')
  await clock.advance(lifetime)
  for (const visit of living) show(visit)
  await clock.advance(20_000)
  await checkAgreement('then')
  checkPromises('at the end')

  for (const dispose of ends) dispose()
  await clock.advance(60_000)
  checkPromises('after dispose')
  if (clock.timers > 0) referee.complain('left behind', `${clock.timers} timers`)
  if (browser.locks.size > 0) referee.complain('left behind', `${browser.locks.size} locks`)
  for (const { name, tab } of living) {
    if (tab.page.listeners > 0 || tab.isWatching || tab.channels > 0)
      referee.complain('left behind', `${name}: ${tab.page.listeners} listeners, ${tab.channels} channels`)
  }
  for (const error of browser.reported) referee.complain('error', String(error))
  return {
    complaints: referee.complaints,
    disruptions,
    tabs: all.length,
    requests: server.hits.length,
    refreshes: server.refreshes.length,
    logins: server.logins.length,
    signOuts: server.signOuts.length,
  }
}
