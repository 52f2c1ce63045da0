import type { Client } from '../session/client.ts'
import type { Quota, Throttle } from '../session/throttle.ts'
import { tooMany } from './problem.ts'

/** Takes what `work` costs, or answers 429. Given back if it fails: what the server is to blame for counts for nobody. */
export async function withinQuota(
  throttle: Throttle,
  quotas: Quota[],
  client: Client,
  work: () => Promise<Response>,
): Promise<Response> {
  const retryAfter = await throttle.take(quotas, client)
  if (retryAfter > 0) return tooMany(retryAfter)
  try {
    return await work()
  } catch (error) {
    throttle.giveBack(quotas)
    throw error
  }
}
