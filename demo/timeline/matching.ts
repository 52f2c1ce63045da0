import type { RequestEvent } from 'silent-refresh'

/** A request as it is seen from below the clients. */
export interface Sighting {
  /** The page gives its calls a name, in the query; what has none was not made by a button. */
  readonly name: string | undefined
  readonly method: string
  readonly path: string
}

interface Open {
  readonly name: string
  readonly isNamed: boolean
  readonly method: string
  readonly path: string
  sends: number
  status: number | null | undefined
  /** By which the session's events go on to tell of it. */
  id: number | undefined
}

export interface Matched {
  readonly name: string
  readonly isNew: boolean
}

/**
 * Says which call it is that is being told of: the session's events have numbers of their own, and the sends below the
 * clients have names only where a button made the call. Calls that look the same and stand the same may be taken for
 * each other.
 */
export interface Matching {
  begin(name: string, method: string, path: string): void
  send(sighting: Sighting): Matched
  answer(name: string, status: number | null): void
  /** Undefined for an event that belongs to no call known. */
  find(event: RequestEvent): Matched | undefined
  /** Whether an event has told of it. */
  isTold(name: string): boolean
  isNamed(name: string): boolean
  end(name: string): void
}

export function createMatching(): Matching {
  const open = new Map<string, Open>()
  const byId = new Map<number, string>()
  let unnamed = 0

  function add(name: string | undefined, method: string, path: string): Open {
    const own = name ?? `page-${++unnamed}`
    const call: Open = {
      name: own,
      isNamed: name !== undefined,
      method,
      path,
      sends: 0,
      status: undefined,
      id: undefined,
    }
    open.set(own, call)
    return call
  }

  function oldest({ method, path }: Omit<Sighting, 'name'>, fits: (call: Open) => boolean): Open | undefined {
    for (const call of open.values()) {
      if (call.method === method && call.path === path && fits(call)) return call
    }
    return undefined
  }

  function isHeldFirst(event: RequestEvent): boolean {
    return event.type === 'request-held' && event.reason !== 'rejected'
  }

  return {
    begin(name, method, path) {
      add(name, method, path)
    },
    send({ name, ...facts }) {
      const known =
        name === undefined
          ? oldest(
              facts,
              (call) => !call.isNamed && (call.sends === 0 || (call.status === 401 && call.id !== undefined)),
            )
          : open.get(name)
      const call = known ?? add(name, facts.method, facts.path)
      call.sends += 1
      call.status = undefined
      return { name: call.name, isNew: known === undefined }
    },
    answer(name, status) {
      const call = open.get(name)
      if (call) call.status = status
    },
    find(event) {
      const { id, method, url } = event.request
      const known = byId.get(id)
      if (known !== undefined) return { name: known, isNew: false }
      // Its origin is of no interest: whatever is relative is the page's own.
      const facts = { method, path: new URL(url, 'http://page').pathname }
      const isFirst = isHeldFirst(event)
      const found = oldest(
        facts,
        (call) => call.id === undefined && (isFirst ? call.sends === 0 : call.status === 401),
      )
      if (!found && !isFirst) return undefined
      const call = found ?? add(undefined, method, facts.path)
      call.id = id
      byId.set(id, call.name)
      return { name: call.name, isNew: !found }
    },
    isTold: (name) => open.get(name)?.id !== undefined,
    isNamed: (name) => open.get(name)?.isNamed ?? true,
    end(name) {
      const id = open.get(name)?.id
      if (id !== undefined) byId.delete(id)
      open.delete(name)
    },
  }
}
