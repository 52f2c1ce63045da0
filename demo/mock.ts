import { setupWorker } from 'msw/browser'
import { http } from 'msw/http'
import { backendPaths, createDemoBackend } from './host/backend.ts'
import { createCookieJar } from './host/cookie-jar.ts'
import { createShelf, createTallyShelf } from './host/storage-shelves.ts'
import { createPbkdf2Hasher } from './server/session/passwords.ts'
import { createMemoryStore } from './server/store/memory-store.ts'

/**
 * The reference backend inside the page: a service worker hands over what the page sends, and the app answers it from
 * `localStorage`, so that a reload and the other tabs find the same users, sessions and cookies.
 */
export async function startMock(): Promise<void> {
  const cookies = createCookieJar(createShelf('cookies'))
  const backend = await createDemoBackend({
    store: createMemoryStore(createShelf('tables-2')),
    passwords: createPbkdf2Hasher(),
    faultShelf: createShelf('faults'),
    tallyShelf: await createTallyShelf(),
    // The worker hands over no Origin and no Sec-Fetch-Site; nobody but this page can reach the backend anyway.
    settings: { trustCaller: true },
    // The other tabs have a backend of their own, over the same tables and cookies.
    inTurn: async (work) => navigator.locks.request('demo-backend', work),
  })
  const answer = http.all(
    ({ request }) => backendPaths.test(new URL(request.url).pathname),
    async ({ request }) => (await backend(request, cookies)) ?? Response.error(),
  )
  await setupWorker(answer).start({
    quiet: true,
    onUnhandledFrame: 'bypass',
    serviceWorker: { url: './mockServiceWorker.js' },
  })
}
