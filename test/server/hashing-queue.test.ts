import { expect, it } from 'vitest'
import { queueHashing } from '../../demo/server/session/hashing-queue.ts'
import { StoreUnavailableError } from '../../demo/server/store/store.ts'

/** A hasher that is done when it is told. */
function createHeld() {
  const held: (() => void)[] = []
  const passwords = queueHashing({
    hash: (password) => new Promise((resolve) => held.push(() => resolve(`hash of ${password}`))),
    verify: () => Promise.reject(new Error('out of memory')),
    isOutdated: () => false,
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { held, passwords, settle }
}

it('makes two hashes at once, the others in order of arrival', async () => {
  const { held, passwords, settle } = createHeld()
  const all = Promise.all(['a', 'b', 'c', 'd'].map((password) => passwords.hash(password)))
  const counts: number[] = []
  for (const index of [0, 1, 2, 3]) {
    await settle()
    counts.push(held.length)
    held[index]?.()
  }
  expect(counts).toEqual([2, 3, 4, 4])
  expect(await all).toEqual(['a', 'b', 'c', 'd'].map((password) => `hash of ${password}`))
})

it('sends away who would be the 63rd, and takes in who comes later', async () => {
  const { held, passwords, settle } = createHeld()
  const all = Array.from({ length: 62 }, (_, index) => passwords.hash(String(index)))
  await expect(passwords.hash('one too many')).rejects.toThrow(StoreUnavailableError)
  held[0]?.()
  await all[0]
  all.push(passwords.hash('later'))
  for (let index = 1; index < all.length; index++) {
    await settle()
    held[index]?.()
  }
  expect(await Promise.all(all)).toHaveLength(63)
})

it('gives the place of a failure to the next', async () => {
  const { passwords } = createHeld()
  const all = await Promise.allSettled([1, 2, 3, 4].map(() => passwords.verify('a', 'b')))
  expect(all.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
})
