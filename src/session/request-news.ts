import type { RequestFacts } from './events.ts'
import type { Gate, Telling, Told } from './gate.ts'
import type { Standing } from './standing.ts'

/** Tells of single requests to those who want to hear of them. */
export function createRequestNews({
  change,
  isFollowed,
}: Pick<Standing, 'change' | 'isFollowed'>): Pick<Gate, 'isFollowed' | 'tell'> {
  const known = new WeakMap<Told, RequestFacts>()
  let ids = 0

  function factsOf(request: Told): RequestFacts {
    let facts = known.get(request)
    if (!facts) {
      const { method, url } = request.about()
      facts = Object.freeze({ id: ++ids, method, url: url.replace(/[?#].*$/s, '') })
      known.set(request, facts)
    }
    return facts
  }

  return {
    isFollowed,
    tell(request: Told, event: Telling) {
      if (isFollowed()) change({}, { ...event, request: factsOf(request) })
    },
  }
}
