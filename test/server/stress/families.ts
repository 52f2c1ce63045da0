import { hashToken } from '../../../demo/server/session/refresh-tokens.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import type { Successor } from './databases.ts'
import type { Visitor } from './visitors.ts'

/**
 * The rule after all kills: every session lives, who holds its cookie holds the newest token of the family, no
 * token has led anybody to two successors, and beside a living successor there are only such as never arrived.
 */
export async function findFamilyFaults(
  visitors: readonly Visitor[],
  successors: ReadonlyMap<string, Successor[]>,
  store: Store,
): Promise<string[]> {
  const faults = findSplitParents(successors)
  for (const visitor of visitors) {
    const { id } = visitor.session
    const found = await store.read(async (records) => records.findToken(await hashToken(visitor.held())))
    if (!found || found.session.id !== id) faults.push(`${id}: the cookie belongs to nobody`)
    else if (found.session.revokedAt !== null) faults.push(`${id}: the session was revoked`)
    else if (found.token.droppedAt !== null) faults.push(`${id}: the cookie was given up for a sibling`)
    else if (found.token.successor) faults.push(`${id}: the cookie has been spent by somebody else`)
    for (const [parent, children] of visitor.received) {
      if (children.size > 1) faults.push(`${id}: ${children.size} different successors of one token arrived`)
      faults.push(...(await findStrangers(id, parent, children, successors)))
    }
  }
  return faults
}

function findSplitParents(successors: ReadonlyMap<string, Successor[]>): string[] {
  const faults: string[] = []
  for (const [parent, children] of successors) {
    const living = children.filter(({ dropped }) => !dropped)
    if (living.length !== 1) faults.push(`${parent.slice(0, 8)}: ${living.length} living successors`)
    if (children.some(({ dropped, presented }) => dropped && presented))
      faults.push(`${parent.slice(0, 8)}: a successor was given up that had been presented`)
  }
  return faults
}

async function findStrangers(
  id: string,
  parent: string,
  children: ReadonlySet<string>,
  successors: ReadonlyMap<string, Successor[]>,
): Promise<string[]> {
  const rows = successors.get(await hashToken(parent)) ?? []
  const hashes = await Promise.all([...children].map(hashToken))
  return hashes.flatMap((hash) => {
    const row = rows.find((successor) => successor.hash === hash)
    if (!row) return [`${id}: a successor arrived that is not in the database`]
    return row.dropped ? [`${id}: a successor arrived that had been given up`] : []
  })
}
