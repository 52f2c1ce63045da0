/** The shortest script that still fails, leaving out ever smaller parts of it. */
export async function shorten<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let shortest = items
  for (let size = Math.ceil(items.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < shortest.length; ) {
      const shorter = [...shortest.slice(0, from), ...shortest.slice(from + size)]
      if (await fails(shorter)) shortest = shorter
      else from += size
    }
  }
  return shortest
}
