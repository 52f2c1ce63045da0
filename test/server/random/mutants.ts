import type { Records, Store } from '../../../demo/server/store/store.ts'

/** A store of which one thing is broken. */
export type Mutate = (store: Store) => Store

type Found = NonNullable<Awaited<ReturnType<Records['findToken']>>>

type Change = (records: Records) => Partial<Records>

function changeWrites(changes: Change): Mutate {
  return (store) => ({
    ...store,
    write: (work) => store.write((records) => work({ ...records, ...changes(records) })),
  })
}

function change(changes: Change): Mutate {
  const mutate = changeWrites(changes)
  return (store) => ({
    ...mutate(store),
    read: (work) => store.read((records) => work({ ...records, ...changes(records) })),
  })
}

/** Every token is found as something that it is not. */
function disguise(look: (found: Found) => Partial<Found['token']>): Mutate {
  return change((records) => ({
    findToken: async (hash) => {
      const found = await records.findToken(hash)
      return found && { ...found, token: { ...found.token, ...look(found) } }
    },
  }))
}

function overlookEnds(overlooked: string): Mutate {
  return change((records) => ({
    revokeSession: async (id, at, reason) =>
      reason === overlooked ? true : records.revokeSession(id, at, reason),
  }))
}

export const forgetReuse = overlookEnds('reuse')
export const forgetLogout = overlookEnds('logout')
export const keepVersion = change(() => ({ raiseTokenVersion: async () => {} }))
export const keepDropped = disguise(() => ({ droppedAt: null }))
export const forgetSpending = disguise(() => ({ usedAt: null }))
export const countBackwards = disguise(({ token }) => ({ gen: -token.gen }))

/** A duplicate finds no way to the successor. */
export const sealNothing = change((records) => ({
  spendToken: (hash, spending) => records.spendToken(hash, { ...spending, successorSealed: null }),
}))

export const addNothing = change((records) => ({
  addToken: async (token) => (token.parentHash === null ? records.addToken(token) : undefined),
}))

async function findInstead(records: Records, hash: string): Promise<Found | undefined> {
  const found = await records.findToken(hash)
  if (!found?.token.droppedAt || !found.token.parentHash) return found
  const parent = await records.findToken(found.token.parentHash)
  return parent?.token.successor ? records.findToken(parent.token.successor.hash) : found
}

/** Who brings a token that was given up is served as if it were the one given in its place. */
export const welcomeThieves = changeWrites((records) => {
  const nameInstead = async (hash: string) => (await findInstead(records, hash))?.token.hash ?? hash
  return {
    findToken: (hash) => findInstead(records, hash),
    markPresented: async (hash, at) => records.markPresented(await nameInstead(hash), at),
    handOut: async (hash, handingOut) => records.handOut(await nameInstead(hash), handingOut),
  }
})

/** Spends what is spent already as if it never had been. */
export const spendTwice = changeWrites((records) => ({
  findToken: async (hash) => {
    const found = await records.findToken(hash)
    return found && { ...found, token: { ...found.token, usedAt: null, handedOutAt: null } }
  },
  spendToken: async (hash, spending) => {
    const found = await records.findToken(hash)
    const { usedAt = null, handedOutAt = null } = found?.token ?? {}
    return records.spendToken(hash, { ...spending, usedAt, handedOutAt })
  },
  addToken: (token) => records.addToken({ ...token, parentHash: null }),
}))

/** Spends whatever it finds at that moment, not what was judged before. */
export const spendBlindly = changeWrites((records) => ({
  spendToken: async (hash, spending) => {
    const found = await records.findToken(hash)
    const { usedAt = null, handedOutAt = null } = found?.token ?? {}
    return records.spendToken(hash, { ...spending, usedAt, handedOutAt })
  },
}))

export const failToKeep = change(() => ({
  markPresented: async () => {
    throw new Error('out of order')
  },
}))
