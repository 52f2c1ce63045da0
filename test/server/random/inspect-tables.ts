import { judge } from '../../../demo/server/session/verdict.ts'
import type { Settings } from '../../../demo/server/settings.ts'
import type { RefreshTokenRow } from '../../../demo/server/store/rows.ts'
import type { Store } from '../../../demo/server/store/store.ts'

export interface Inspected {
  store: Store
  settings: Settings
  now: number
  /** All tokens of a family that were ever handed out. */
  hashes: readonly string[]
}

/** What is wrong about the rows of one family. */
export async function inspectFamily({ store, settings, now, hashes }: Inspected): Promise<string[]> {
  const found = await store.read(async (records) => {
    const rows = []
    for (const hash of hashes) rows.push(await records.findToken(hash))
    return rows.filter((row) => row !== undefined)
  })
  const faults = findTwins(found.map(({ token }) => token))
  if (found.length < hashes.length) faults.push('a token was handed out that the tables do not know')
  const usable = found.filter(({ token, session }) =>
    ['rotate', 'keep', 'replay', 'sibling'].includes(judge(token, session, now, settings)),
  )
  if (usable.length > 2) faults.push(`${usable.length} tokens of one family can be exchanged`)
  const unspent = usable.filter(({ token }) => token.usedAt === null)
  if (unspent.length > 1) faults.push(`${unspent.length} tokens of one family are unspent and alive`)
  return faults
}

function findTwins(tokens: readonly RefreshTokenRow[]): string[] {
  const parents = new Set<string>()
  const faults: string[] = []
  for (const { parentHash, droppedAt } of tokens) {
    if (parentHash === null || droppedAt !== null) continue
    if (parents.has(parentHash)) faults.push('a token has two living successors')
    parents.add(parentHash)
  }
  return faults
}
