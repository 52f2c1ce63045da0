import type { AuditEntry } from '../../../demo/server/store/rows.ts'
import type { Records, Store } from '../../../demo/server/store/store.ts'

export interface Rows {
  users: unknown[]
  sessions: unknown[]
  tokens: unknown[]
  resets: unknown[]
  keys: unknown[]
  audit: AuditEntry[]
}

/** A store that can tell all its rows. */
export interface WatchedStore extends Store {
  rows(): Promise<Rows>
}

/**
 * The records list neither users nor tokens, so what is added is noted on its way in. A row that appears shows in
 * the notes, one that changes or goes shows when it is read again.
 */
export function watchStore(store: Store): WatchedStore {
  const users = new Set<string>()
  const tokens = new Set<string>()
  /** These can be read only by taking them: what happens to them is noted instead. */
  const resets: unknown[] = []

  function watch(records: Records): Records {
    return {
      ...records,
      async addUser(user) {
        const added = await records.addUser(user)
        if (added) users.add(user.id)
        return added
      },
      addToken(token) {
        tokens.add(token.hash)
        return records.addToken(token)
      },
      addPasswordReset(reset) {
        resets.push(reset)
        return records.addPasswordReset(reset)
      },
      async dropPasswordReset(userId) {
        await records.dropPasswordReset(userId)
        resets.push({ userId, dropped: true })
      },
      async takePasswordReset(hash, at) {
        const taken = await records.takePasswordReset(hash, at)
        if (taken !== undefined) resets.push({ hash, taken })
        return taken
      },
    }
  }

  return {
    ...store,
    read: (work) => store.read((records) => work(watch(records))),
    write: (work) => store.write((records) => work(watch(records))),
    rows: () =>
      store.read(async (records) => {
        const rows: Rows = {
          users: [],
          sessions: [],
          tokens: [],
          resets: [...resets],
          keys: await records.listSigningKeys(),
          audit: await records.listAuditEntries(),
        }
        for (const id of users) {
          rows.users.push([id, await records.findUser(id)])
          rows.sessions.push(...(await records.listSessions(id)))
        }
        for (const hash of tokens) rows.tokens.push([hash, await records.findToken(hash)])
        return rows
      }),
  }
}
