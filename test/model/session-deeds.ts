import fc from 'fast-check'
import { type Kind, kinds, makeCall } from './calls.ts'
import type { Deed } from './command.ts'
import { isOpen, userOf } from './model.ts'
import { inPage, places } from './tab-deeds.ts'
import { keep, type Visit } from './visit.ts'
import type { World } from './world.ts'

const maxWait = 15_000

const call = fc
  .record({
    place: places,
    client: fc.constantFrom('fetch', 'axios'),
    kind: fc.oneof(
      { weight: 8, arbitrary: fc.constant<Kind>('own') },
      { weight: 3, arbitrary: fc.constantFrom(...(Object.keys(kinds) as Kind[])) },
    ),
    timeout: fc.constantFrom(undefined, undefined, undefined, 500, 5000),
  })
  .map(({ place, client, kind, timeout }) => {
    const how =
      kind === 'own header'
        ? ' with an Authorization of its own'
        : kind === 'skipAuth'
          ? ' with skipAuth'
          : ''
    const limit = timeout ? ` with a timeout of ${timeout} ms` : ''
    const what = `calls ${kinds[kind]} by ${client}${how}${limit}`
    return inPage(place, what, (visit, world) => makeCall(world, visit, { client, kind, timeout }))
  })

const abort = fc.constantFrom('oldest', 'newest').map(
  (which): Deed => ({
    text: `the ${which} open call is aborted`,
    can: ({ calls }) => calls.some(isOpen),
    run({ calls }) {
      const found = which === 'oldest' ? calls.find(isOpen) : calls.findLast(isOpen)
      if (!found) return
      found.isAborted = found.page.state === 'running'
      found.controller.abort()
    },
  }),
)

const getToken = fc
  .record({ place: places, minTtl: fc.constantFrom(0, 5000, 40_000) })
  .map(({ place, minTtl }) =>
    inPage(place, `asks for a token that lives for ${minTtl} ms more`, (visit, world) => {
      if (minTtl > 0) visit.page.asking++
      const promise = visit.session.getAccessToken({ minTtl })
      const over = () => void (minTtl > 0 && visit.page.asking--)
      promise.then(over, over)
      keep(world, visit, 'getAccessToken()', promise, maxWait)
    }),
  )

const refresh = places.map((place) =>
  inPage(place, 'calls refresh()', (visit, world) => {
    visit.page.asking++
    const promise = visit.session.refresh()
    const over = () => void visit.page.asking--
    promise.then(over, over)
    keep(world, visit, 'refresh()', promise, maxWait)
  }),
)

type Form = 'fetch' | 'apiFetch' | 'axios' | 'result' | 'response' | 'token'

const wayOf: Record<Form, string> = {
  fetch: 'by a function with fetch',
  apiFetch: "by a function with the session's fetch",
  axios: 'by a function with axios',
  result: 'with a body that it has got already',
  response: 'with a Response that it has got already',
  token: 'with a bare token',
}

/** The app's own login call. */
async function logIn(
  { fetch, axios, plainFetch }: Visit,
  form: Form,
  user: string,
): Promise<Response | object> {
  const body = JSON.stringify({ user })
  const init = { method: 'POST', body }
  if (form === 'axios') return axios.post('/auth/login', body)
  const send = form === 'apiFetch' ? fetch : plainFetch
  const answer = await send('/auth/login', init)
  if (!answer.ok) throw new Error('Wrong password.')
  return form === 'result' ? ((await answer.json()) as object) : answer
}

function signIn(world: World, visit: Visit, form: Form, user: string): void {
  const { page, session } = visit
  page.signingIn++
  world.turn('sign-in', page, user, true)
  const promise = begin()
  const over = () => {
    page.signingIn--
    // It hears now what it had put off.
    page.lateUntil = Math.max(page.lateUntil, world.clock.now().monotonic + 5)
    world.turn('sign-in', page, user)
  }
  promise.then(over, over)
  keep(world, visit, `signIn() as ${user || 'nobody'}`, promise, Infinity)

  async function begin(): Promise<unknown> {
    if (form === 'token') {
      const { login } = world.server.setCookie(user)
      return session.signIn(world.backend.issue(login, world.nextOrder(), world.clock.now()).value)
    }
    if (form !== 'result' && form !== 'response') return session.signIn(() => logIn(visit, form, user))
    const answer = await logIn(visit, form, user)
    const body = answer instanceof Response ? ((await answer.clone().json()) as object) : answer
    const token = world.truth.tokens.get((body as { access_token: string }).access_token)
    // It counts as if it had been asked for now.
    if (token) token.startedAt = world.clock.now()
    return session.signIn(answer)
  }
}

const signIns = fc
  .record({
    place: places,
    user: fc.constantFrom('alice', 'bob'),
    form: fc.constantFrom<Form[]>('fetch', 'apiFetch', 'axios', 'result', 'response', 'token'),
    isWrong: fc.constantFrom(false, false, false, true),
  })
  .map(({ place, user, form, isWrong }) => {
    const how = isWrong && form !== 'token' ? `${wayOf[form]} and a wrong password` : wayOf[form]
    const deed = inPage(place, `signs in as ${user} ${how}`, (visit, world) =>
      signIn(world, visit, form, isWrong && form !== 'token' ? '' : user),
    )
    return { ...deed, can: (world: World) => deed.can(world) && isShown(world, user) }
  })

/** A page whose token says nothing about itself cannot notice that the next one is somebody else's. */
const isShown = ({ visits }: World, user: string) =>
  visits.every(
    ({ page: { state, token } }) => state === 'gone' || !token?.isMalformed || userOf(token) === user,
  )

const signOut = places.map((place) =>
  inPage(place, 'signs out', (visit, world) => {
    const { page, session } = visit
    page.epoch = world.nextOrder()
    world.turn('sign-out', page, undefined, true)
    const promise = session.signOut()
    const over = () => world.turn('sign-out', page, undefined)
    promise.then(over, over)
    keep(world, visit, 'signOut()', promise, Infinity)
  }),
)

/** What the app asks of its session. */
export const sessionDeeds = fc.oneof(
  { weight: 30, arbitrary: call },
  { weight: 4, arbitrary: abort },
  { weight: 4, arbitrary: getToken },
  { weight: 4, arbitrary: refresh },
  { weight: 6, arbitrary: signIns },
  { weight: 3, arbitrary: signOut },
)
