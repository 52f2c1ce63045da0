import type { Hono } from 'hono'
import type { AppEnvironment, AppPorts } from '../session/ports.ts'
import type { AppContext } from './context.ts'
import { comesFromOurPage } from './guard.ts'
import { problem } from './problem.ts'

export type Endpoint = (context: AppContext) => Promise<Response>

/** POST and nothing else, and only from our own page. */
export function addPost(
  routes: Hono<AppEnvironment>,
  path: string,
  endpoint: Endpoint,
  { settings }: AppPorts,
): void {
  routes.post(path, (context) =>
    comesFromOurPage(context.req.raw, settings) ? endpoint(context) : problem(403, 'csrf'),
  )
  refuseOthers(routes, path, 'POST')
}

/** Comes after all that the path has. */
export function refuseOthers(routes: Hono<AppEnvironment>, path: string, allow: string): void {
  routes.all(path, () => problem(405, 'method_not_allowed', { allow }))
}
