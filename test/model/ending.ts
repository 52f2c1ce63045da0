import { setOffline } from '../../src/testing/host.ts'
import { makeCall } from './calls.ts'
import { comeBack } from './tab-deeds.ts'
import type { World } from './world.ts'

/** All is well from here on, and there is time for everything: then nothing may be left, and all tabs have to agree. */
export async function end(world: World): Promise<void> {
  const { server, clock, host, places } = world
  world.say('the end: all is well from here on')
  server.mood = undefined
  server.signOutMood = undefined
  for (const each of [...server.pending]) if (each.isHanging) server.fail(each)
  server.hold(false)
  setOffline(host, false)
  if (places.size === 0) world.open(1)
  const living = [...places.values()].filter(({ page }) => page.state !== 'disposed')
  for (const visit of living) {
    const { tab } = visit
    comeBack(visit, world)
    tab.page.isVisible = true
    tab.page.send('wake')
  }
  await pass(world, 60_000)
  await pass(world, world.setting.lifetime)
  for (const visit of living) makeCall(world, visit, { client: 'fetch', kind: 'own' })
  await pass(world, 20_000)
  world.notice({ type: 'end', visits: living })
  for (const { session, page } of world.visits) {
    if (page.state === 'running') page.state = 'disposed'
    session.dispose()
  }
  await pass(world, 60_000)
  const channels = [...host.tabs].reduce(
    (sum, tab) => sum + ('channels' in tab ? Number(tab.channels) : 0),
    0,
  )
  const left = { timers: clock.timers, locks: host.locks.size, channels, requests: server.pending.length }
  if (Object.values(left).some((count) => count > 0)) {
    world.complaints.push({
      promise: '10. Every promise settles.',
      text: `left behind: ${JSON.stringify(left)}`,
    })
  }
}

async function pass(world: World, duration: number): Promise<void> {
  await world.clock.advance(duration)
  world.notice({ type: 'step', passed: duration })
  world.refreshes = 0
}
