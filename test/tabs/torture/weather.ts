import type { FakeBrowser } from '../../helpers/fake-browser.ts'
import { json, unauthorized } from '../../helpers/fake-server.ts'
import type { Random } from '../../helpers/random.ts'
import type { Setting } from './plan.ts'

/** How the network and the server are doing. */
export interface Weather {
  /** Another one comes up. Returns its name. */
  change(): string
  /** From now on all is well. */
  clear(): void
  /** What comes in the way of a refresh, and of any other call; undefined if nothing does. */
  answerRefresh(): Obstacle
  answerApi(): Obstacle
}

type Obstacle = Response | undefined | Promise<Response | undefined>
type Kind = 'fair' | 'slow' | 'busy' | 'limited' | 'broken' | 'portal' | 'hanging' | 'lossy' | 'mixed'

/**
 * What no client can save is left out. A server that forgives nothing never loses an answer, and answers before its caller gives up
 * (a call that hangs never reaches it). Where pages go away, every answer comes within the three seconds that the others wait for it.
 */
export function createWeather(browser: FakeBrowser, setting: Setting, dice: () => Random): Weather {
  const { server, clock } = browser
  const { rotation, isRestless, canFreeze } = setting
  const longest = (isRestless || canFreeze ? 2500 : 7000) - setting.refreshDelay
  let isOver = false
  let kind: Kind = 'fair'

  const wait = (duration: number) =>
    new Promise<undefined>((resolve) => {
      clock.startTimer(() => resolve(undefined), duration)
    })

  /** Never arrives, and its sender learns that late. */
  async function vanish(): Promise<never> {
    await wait(20_000)
    throw new TypeError('Failed to fetch')
  }

  const answers: Record<Exclude<Kind, 'fair' | 'mixed'>, () => Obstacle> = {
    slow: () => wait(dice().below(longest)),
    busy: () => json({}, { status: 503, headers: { 'Retry-After': String(dice().below(20)) } }),
    limited: () => json({}, { status: 429 }),
    broken: () => Promise.reject(new TypeError('Failed to fetch')),
    portal: () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
    hanging: vanish,
    lossy() {
      if (rotation !== 'strict') server.lostAnswers = 1
      return undefined
    },
  }
  const kinds = Object.keys(answers) as (keyof typeof answers)[]

  function answerRefresh(): Obstacle {
    const random = dice()
    if (kind === 'fair') return undefined
    if (kind === 'mixed') return random.chance(0.5) ? answers[random.pick(kinds)]() : undefined
    return random.chance(0.8) ? answers[kind]() : undefined
  }

  function answerApi(): Obstacle {
    const random = dice()
    if (isOver) return undefined
    if (kind === 'fair') return random.chance(0.03) ? unauthorized() : undefined
    if (random.chance(0.1)) return unauthorized()
    if (random.chance(0.2)) return json({}, { status: random.pick([403, 503]) })
    return random.chance(0.1) ? answers.broken() : undefined
  }

  return {
    change() {
      kind = dice().pick(['fair', 'fair', 'mixed', 'mixed', ...kinds])
      return kind
    },
    clear() {
      kind = 'fair'
      isOver = true
      server.lostAnswers = 0
    },
    answerRefresh,
    answerApi,
  }
}
