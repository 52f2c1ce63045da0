import { describe, expect, it } from 'vitest'
import { createTestLocks } from '../../src/testing/test-locks.ts'
import { track } from '../helpers/track.ts'

const [one, two] = [{}, {}]
const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Holds the lock until it is let go. */
function createHold() {
  let letGo = (_: unknown) => {}
  const held = new Promise((resolve) => {
    letGo = resolve
  })
  return { hold: () => held, letGo }
}

describe('the locks of a test browser', () => {
  it('are held by one at a time, in the order of asking, and pass on what came of it', async () => {
    const locks = createTestLocks()
    const { hold, letGo } = createHold()
    const first = track(locks.of(one).request('a', {}, hold))
    const second = track(locks.of(two).request('a', {}, () => Promise.reject(new Error('failed'))))
    const other = track(locks.of(two).request('b', {}, () => 'other'))
    await soon()
    expect([first.state, second.state, other.value]).toEqual(['pending', 'pending', 'other'])
    expect([locks.holderOf('a') === one, locks.size]).toEqual([true, 2])
    letGo('done')
    await soon()
    expect([first.value, second.error, locks.size]).toEqual(['done', new Error('failed'), 0])
  })

  it('are not waited for by who wants one only if it is free', async () => {
    const locks = createTestLocks()
    const { hold } = createHold()
    const ask = () => locks.of(two).request('a', { ifAvailable: true }, (isGranted) => isGranted)
    expect(await ask()).toBe(true)
    track(locks.of(one).request('a', {}, hold))
    expect(await ask()).toBe(false)
  })

  it('can be taken away, and then stay with the thief', async () => {
    const locks = createTestLocks()
    const [mine, thiefs] = [createHold(), createHold()]
    const first = track(locks.of(one).request('a', {}, mine.hold))
    await soon()
    const stolen = track(locks.of(two).request('a', { steal: true }, thiefs.hold))
    await soon()
    expect(first.error).toMatchObject({ name: 'AbortError' })
    mine.letGo(undefined)
    await soon()
    expect([locks.holderOf('a') === two, stolen.state]).toEqual([true, 'pending'])
    thiefs.letGo('mine')
    await soon()
    expect([stolen.value, locks.size]).toEqual(['mine', 0])
  })

  it('are no longer waited for once the signal says so', async () => {
    const locks = createTestLocks()
    const { hold, letGo } = createHold()
    track(locks.of(one).request('a', {}, hold))
    const controller = new AbortController()
    let isRun = false
    const ask = () =>
      track(
        locks.of(two).request('a', { signal: controller.signal }, () => {
          isRun = true
        }),
      )
    const waiting = ask()
    await soon()
    controller.abort(new Error('enough'))
    const late = ask()
    letGo(undefined)
    await soon()
    expect([waiting.error, late.error, isRun]).toEqual([new Error('enough'), new Error('enough'), false])
  })

  it('are not let go by an abort once they are held', async () => {
    const locks = createTestLocks()
    const { hold } = createHold()
    const controller = new AbortController()
    const held = track(locks.of(one).request('a', { signal: controller.signal }, hold))
    const next = track(locks.of(two).request('a', {}, () => 'next'))
    await soon()
    controller.abort()
    await soon()
    expect([held.state, next.state]).toEqual(['pending', 'pending'])
  })

  it('of a tab that is gone are free, and so are its places in the queue', async () => {
    const locks = createTestLocks()
    const { hold } = createHold()
    const [gone, queued] = [locks.of(one), locks.of(two)]
    track(gone.request('a', {}, hold))
    let isRun = false
    track(
      gone.request('a', {}, () => {
        isRun = true
      }),
    )
    const next = track(queued.request('a', {}, () => 'next'))
    await soon()
    locks.drop(one)
    await soon()
    expect([next.value, isRun, locks.size]).toEqual(['next', false, 0])
  })
})
