import type { LifePlan } from './household.ts'

/** 25 checkpoints: one every twenty minutes. */
const usual = { hours: 8, checkpoints: 25, setsHint: true, shareToken: true } as const

/** Lives in browsers that have everything, and in those that lack something. */
export const lives: readonly LifePlan[] = [
  { ...usual, title: 'all that tabs can share', seed: 1, lack: 'nothing' },
  {
    ...usual,
    title: 'no token shared, no readable cookie',
    seed: 2,
    lack: 'nothing',
    setsHint: false,
    shareToken: false,
  },
  { ...usual, title: 'no Web Locks, as on plain http', seed: 3, lack: 'locks' },
  { ...usual, title: 'no BroadcastChannel', seed: 4, lack: 'channel' },
  { ...usual, title: 'nothing that tabs can share', seed: 5, lack: 'everything' },
]
