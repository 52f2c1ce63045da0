import { createTimeline, type Timeline } from '../../demo/timeline/model.ts'
import type { Happening, TimelineRecord } from '../../demo/timeline/records.ts'

/** Writes what happens in a tab, at times that are easy to tell. */
export function createScene() {
  const timeline = createTimeline()
  const at = (time: number, happening: Happening, tab = 'a') =>
    timeline.apply({ ...happening, tab, at: time } as TimelineRecord)
  return { timeline, at }
}

export type Scene = ReturnType<typeof createScene>

const expiresAt = 60_000

/** Signed in at 0; the token is refused, and `amount` calls of 1000 wait for one refresh from 1010 until 1057. */
export function playRefresh({ at }: Scene, amount: number, tab = 'a'): void {
  at(0, { type: 'opened' }, tab)
  at(0, { type: 'signed-in', elsewhere: false, expiresAt }, tab)
  const names = Array.from({ length: amount }, (_, index) => `c${index}`)
  for (const call of names) {
    at(1000, { type: 'begun', call, caller: 'fetch', method: 'GET', path: '/api/items' }, tab)
    at(1000, { type: 'sent', call }, tab)
  }
  for (const call of names) {
    at(1010, { type: 'answered', call, status: 401 }, tab)
    at(1010, { type: 'held', call, reason: 'rejected' }, tab)
  }
  at(1010, { type: 'refresh-started', reason: 'rejected' }, tab)
  at(1012, { type: 'lock', state: 'held' }, tab)
  at(1057, { type: 'refreshed', duration: 45, expiresAt: 61_012 }, tab)
  at(1058, { type: 'lock', state: 'free' }, tab)
  for (const call of names) at(1057, { type: 'sent', call }, tab)
  for (const call of names) {
    at(1065, { type: 'answered', call, status: 200 }, tab)
    at(1065, { type: 'settled', call, outcome: 200 }, tab)
  }
}

/** A second tab has wanted a token at 1020 for one call and takes over that of the first at 1060. */
export function playAdoption({ at }: Scene, tab = 'b'): void {
  at(500, { type: 'opened' }, tab)
  at(510, { type: 'adopted', expiresAt }, tab)
  at(1005, { type: 'begun', call: 'c0', caller: 'axios', method: 'GET', path: '/api/items' }, tab)
  at(1005, { type: 'sent', call: 'c0' }, tab)
  at(1020, { type: 'answered', call: 'c0', status: 401 }, tab)
  at(1020, { type: 'held', call: 'c0', reason: 'rejected' }, tab)
  at(1020, { type: 'refresh-started', reason: 'rejected' }, tab)
  at(1025, { type: 'lock', state: 'waiting' }, tab)
  at(1060, { type: 'adopted', expiresAt: 61_013 }, tab)
  at(1060, { type: 'lock', state: 'free' }, tab)
  at(1060, { type: 'sent', call: 'c0' }, tab)
  at(1070, { type: 'answered', call: 'c0', status: 200 }, tab)
  at(1070, { type: 'settled', call: 'c0', outcome: 200 }, tab)
}

export const statesOf = ({ calls }: Timeline) => calls.map(({ steps }) => steps.map(({ state }) => state))
