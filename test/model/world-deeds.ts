import fc from 'fast-check'
import { setOffline } from '../../src/testing/host.ts'
import type { Deed } from './command.ts'
import { type ApiOutcome, type Pending, type RefreshOutcome, refreshOutcomes } from './pending.ts'
import type { World } from './world.ts'

type Which = 'oldest' | 'newest'
const which = fc.constantFrom<Which[]>('oldest', 'newest')
const find = (world: World, end: Which, isMeant: (pending: Pending) => boolean) =>
  end === 'oldest' ? world.server.pending.find(isMeant) : world.server.pending.findLast(isMeant)

/** Something about a request that is under way. */
function about(
  text: string,
  end: Which,
  isMeant: (pending: Pending, world: World) => boolean,
  run: (pending: Pending, world: World) => void,
): Deed {
  const found = (world: World) => find(world, end, (pending) => isMeant(pending, world))
  return {
    text,
    can: (world) => found(world) !== undefined,
    run: (world) => run(found(world) as Pending, world),
  }
}

const simple = (text: string, can: (world: World) => boolean, run: (world: World) => void) =>
  fc.constant<Deed>({ text, can, run })

const refreshOutcome = fc.constantFrom(...(Object.keys(refreshOutcomes) as `${RefreshOutcome}`[]))
const textOf = (outcome: `${RefreshOutcome}`) =>
  (refreshOutcomes as Record<string, string>)[outcome] as string

/** A token that says nothing about itself cannot show that it is somebody else's: not while it might be. */
const mayBeMalformed = ({ visits, truth: { jar } }: World) =>
  visits.every(
    ({ page: { state, user, signingIn, wants, wantsSince, heldSince } }) =>
      state === 'gone' ||
      (signingIn === 0 &&
        (!user || user === jar?.login.user) &&
        (wants !== 'verify' || heldSince > wantsSince)),
  )

const read = (outcome: `${RefreshOutcome}`): RefreshOutcome => (Number(outcome) || outcome) as RefreshOutcome

const answerRefresh = fc.record({ end: which, outcome: refreshOutcome }).map(({ end, outcome }) =>
  about(
    `the server answers the ${end} refresh ${textOf(outcome)}`,
    end,
    ({ kind, decided }, world) =>
      kind === 'refresh' && !decided && (outcome !== 'malformed' || mayBeMalformed(world)),
    (pending, { server }) => server.answer(pending, read(outcome)),
  ),
)

const answerCall = fc
  .record({ end: which, outcome: fc.constantFrom<ApiOutcome[]>(401, 403, 500, 'broken') })
  .map(({ end, outcome }) =>
    about(
      `the ${end} call is answered ${outcome === 'broken' ? 'by a network error' : `with ${outcome}`}`,
      end,
      ({ kind }) => kind === 'api',
      (pending, { server }) => server.answer(pending, outcome),
    ),
  )

const arrive = which.map((end) =>
  about(
    `the ${end} answer under way arrives`,
    end,
    ({ isHanging }) => !isHanging,
    (pending, { server }) => server.answer(pending),
  ),
)

const mood = refreshOutcome
  .filter((outcome) => outcome !== 'malformed')
  .map(
    (outcome): Deed => ({
      text: `from now on the server answers refreshes ${textOf(outcome)}`,
      can: ({ server }) => server.mood === undefined,
      run: ({ server }) => void Object.assign(server, { mood: read(outcome) }),
    }),
  )

const signOutMood = fc.constantFrom<(503 | 'hang')[]>(503, 'hang').map(
  (outcome): Deed => ({
    text: `from now on the server answers sign-outs ${outcome === 503 ? 'with 503' : 'never'}`,
    can: ({ server }) => server.signOutMood === undefined,
    run: ({ server }) => void Object.assign(server, { signOutMood: outcome }),
  }),
)

async function pass(world: World, duration: number): Promise<number> {
  await world.clock.advance(duration)
  return duration
}

const soon = fc.constantFrom(5, 1, 20, 60, 250, 1000, 3200, 9000, 20_000).map(
  (duration): Deed => ({
    text: `${duration} ms pass`,
    can: () => true,
    run: (world) => pass(world, duration),
  }),
)

/** Until the first token of a page that runs is about to expire, or has. */
function untilExpiry({ visits, clock }: World, share: number): number {
  const { monotonic } = clock.now()
  const ends = visits.flatMap(({ page: { state, token } }) =>
    state === 'running' && token && !token.isMalformed
      ? [token.startedAt.monotonic + token.lifetime * share - monotonic]
      : [],
  )
  return Math.min(...ends.filter((wait) => wait > 0))
}

const expiry = fc.constantFrom<[string, number][]>(['within the margin', 0.95], ['over', 1.0001]).map(
  ([text, share]): Deed => ({
    text: `time passes until the first token is ${text}`,
    can: (world) => untilExpiry(world, share) < Infinity,
    run: (world) => pass(world, untilExpiry(world, share)),
  }),
)

const sleep = fc.constantFrom(3_600_000, 20_000, 8 * 3_600_000).map(
  (duration): Deed => ({
    text: `the machine sleeps for ${duration / 1000} s`,
    can: () => true,
    run(world) {
      // What the server has not answered yet never reaches it, and what it has arrives first.
      for (const pending of [...world.server.pending]) {
        if (pending.decided) world.server.answer(pending)
        else world.server.fail(pending)
      }
      world.leap(duration, true)
    },
  }),
)

const setClock = fc.constantFrom(-3_600_000, 3_600_000, -20_000, 20_000, -86_400_000, 86_400_000).map(
  (change): Deed => ({
    text: `the wall clock is set ${Math.abs(change) / 1000} s ${change < 0 ? 'back' : 'forward'}`,
    can: () => true,
    run(world) {
      world.leap(change, false)
    },
  }),
)

const network = [
  simple(
    'the network goes',
    ({ host }) => !host.isOffline,
    ({ host }) => setOffline(host, true),
  ),
  simple(
    'the network is back',
    ({ host }) => host.isOffline,
    ({ host }) => setOffline(host, false),
  ),
]

const hold = [
  simple(
    'the server holds its answers back',
    ({ server }) => !server.isHolding,
    ({ server }) => server.hold(true),
  ),
  simple(
    'the server lets its answers go',
    ({ server }) => server.isHolding,
    ({ server }) => server.hold(false),
  ),
  simple(
    'the server is well again',
    ({ server }) => server.mood !== undefined || server.signOutMood !== undefined,
    ({ server }) => void Object.assign(server, { mood: undefined, signOutMood: undefined }),
  ),
]

const ends = [
  simple(
    'the server revokes the session',
    ({ truth }) => truth.jar?.login.isAlive === true,
    ({ backend, truth }) => backend.revoke(truth.jar?.login),
  ),
  simple(
    'the server accepts no access token issued so far',
    ({ truth }) => truth.tokens.size > 0,
    ({ truth }) => {
      for (const token of truth.tokens.values()) token.isRevoked = true
    },
  ),
]

const weigh = (weight: number, arbitrary: fc.Arbitrary<Deed>) => ({ weight, arbitrary })

/** What the server, the network and the clocks do. */
export const worldDeeds = fc.oneof(
  weigh(6, answerRefresh),
  weigh(3, answerCall),
  weigh(8, arrive),
  weigh(2, mood),
  weigh(1, signOutMood),
  weigh(24, soon),
  weigh(8, expiry),
  weigh(2, sleep),
  weigh(2, setClock),
  ...network.map((deed, place) => weigh(place + 1, deed)),
  ...hold.map((deed, place) => weigh([2, 4, 6][place] as number, deed)),
  ...ends.map((deed, place) => weigh(place + 1, deed)),
)
