import type { Cookies } from '../server/session/cookies.ts'
import type { Stage } from './stage.ts'

/** Some are left over by pages that were closed. */
const most = 40

const address = /^\/lanes\/([a-z0-9-]{1,40})(\/.+)$/

export interface Lane {
  stage: Stage
  /** What is asked of the lane, by the address it has within. */
  request: Request
  cookies: Cookies
}

/** Backends beside the page's own, over the same users: each with its cookies, its faults and its tally. */
export function createLanes(createStage: () => Stage) {
  const stages = new Map<string, Stage>()

  function find(name: string): Stage {
    const stage = stages.get(name) ?? createStage()
    stages.set(name, stage)
    const [oldest] = stages.keys()
    if (stages.size > most && oldest !== undefined) stages.delete(oldest)
    return stage
  }

  /** @returns `undefined` for what is addressed to no lane */
  return async (request: Request, cookies: Cookies): Promise<Lane | undefined> => {
    const url = new URL(request.url)
    const [, name, path] = address.exec(url.pathname) ?? []
    if (name === undefined || path === undefined) return undefined
    url.pathname = path
    return { stage: find(name), request: await readdress(request, url), cookies: rename(cookies, name) }
  }
}

/** Not `new Request(url, request)`: that needs `Request.body`, which not every engine has. */
async function readdress(request: Request, url: URL): Promise<Request> {
  const { method, headers, signal } = request
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(url, { method, headers, signal, ...(hasBody && { body: await request.arrayBuffer() }) })
}

/** The names of one lane's cookies, so that all of them can lie in one browser: `lane.sr_rt`. */
function rename(cookies: Cookies, lane: string): Cookies {
  return {
    get: (name) => cookies.get(`${lane}.${name}`),
    set: (name, value, attributes) => cookies.set(`${lane}.${name}`, value, attributes),
  }
}
