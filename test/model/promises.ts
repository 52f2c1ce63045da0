import { promisesOfRequests } from './promises-of-requests.ts'
import { promisesOfSessions } from './promises-of-sessions.ts'
import type { Happening, World } from './world.ts'

/** What is wrong about what happens, if anything. */
export type IsBroken = (happening: Happening, world: World) => string | undefined

/** The eleven promises of the design, each as a function of all that can be noticed. */
export const promises: Readonly<Record<string, IsBroken>> = { ...promisesOfSessions, ...promisesOfRequests }
