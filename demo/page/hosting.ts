/** Where the backend is: inside the page, or in the server that served it. */
export type Hosting = 'page' | 'server'

/** The host says it by a file; a mock that an earlier visit has left behind is sent away where a server answers. */
export async function readHosting(): Promise<Hosting> {
  const response = await fetch('./hosting.json', { cache: 'no-store' })
  const { backend } = (await response.json()) as { backend: Hosting }
  if (backend !== 'server') return 'page'
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? []
  await Promise.all(workers.map((worker) => worker.unregister()))
  return 'server'
}
