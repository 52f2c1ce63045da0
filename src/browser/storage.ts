import type { SharedStorage } from '../session/environment.ts'

function find(): Storage | undefined {
  try {
    return localStorage ?? undefined
  } catch {
    // Blocked by the user, or a page without an origin of its own.
    return undefined
  }
}

/** What a full or blocked storage throws is no reason to fail: it only remembers less. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

export function browserStorage(): SharedStorage | undefined {
  const storage = find()
  return (
    storage && {
      read: (key) => attempt(() => storage.getItem(key)) ?? undefined,
      write: (key, text) => attempt(() => storage.setItem(key, text)),
      remove: (key) => attempt(() => storage.removeItem(key)),
      keys: () => attempt(() => Object.keys(storage)) ?? [],
      subscribe(listener) {
        const handle = ({ key, storageArea }: StorageEvent) => {
          if (key !== null && storageArea === storage) listener(key)
        }
        window.addEventListener('storage', handle)
        return () => window.removeEventListener('storage', handle)
      },
    }
  )
}
