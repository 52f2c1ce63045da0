import { session } from '../session.ts'

/** For the `load` of a SvelteKit layout: `if (browser) await requireSession(() => redirect(307, '/sign-in'))`. */
export async function requireSession(otherwise: () => void): Promise<void> {
  await session.ready()
  if (session.getSnapshot().status === 'unauthenticated') otherwise()
}
