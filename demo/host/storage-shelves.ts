import type { Shelf } from '../server/store/memory-store.ts'
import type { Counts, TallyShelf } from './tally.ts'

const prefix = 'silent-refresh-demo.'

/** An entry of `localStorage`: what all tabs and later pages share. */
export function createShelf(name: string): Shelf {
  const key = prefix + name
  return {
    load: () => localStorage.getItem(key),
    save: (text) => localStorage.setItem(key, text),
  }
}

/** An entry for each page: tabs that count at the same moment would overwrite a common one. */
export async function createTallyShelf(): Promise<TallyShelf> {
  const common = `${prefix}counts.`
  const own = common + crypto.randomUUID()
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(common))
  await navigator.locks.request('demo-tally', { ifAvailable: true }, (lock) => {
    // Whoever has it is alone: the others' numbers interest nobody any more.
    if (lock) for (const key of keys()) localStorage.removeItem(key)
  })
  void navigator.locks.request('demo-tally', { mode: 'shared' }, () => new Promise(() => undefined))

  return {
    save: (counts) => localStorage.setItem(own, JSON.stringify(counts)),
    others: () =>
      keys()
        .filter((key) => key !== own)
        .map((key) => JSON.parse(localStorage.getItem(key) ?? '') as Counts),
  }
}
