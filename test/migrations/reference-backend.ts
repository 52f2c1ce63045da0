import { start } from '../server/server.ts'
import type { Backend } from './scenarios.ts'

/** The reference backend, as the tests of the guides see a backend. */
export async function startReferenceBackend(): Promise<Backend> {
  const { url, control } = await start({ control: true, rateLimits: false })
  const seen = (path: string) => control.log().filter((entry) => entry.path === path)
  return {
    url,
    refreshes: () => seen('/auth/refresh').length,
    forget: control.resetLog,
    async expireTokens() {
      control.expireTokens()
    },
    failRefreshOnce: () => control.set({ refreshStatus: 503, refreshStatusTimes: 1 }),
  }
}
