import { session } from '../session.ts'

/** A navigation guard: `router.beforeEach(requireSession)`. Routes open to all say so: `meta: { isOpen: true }`. */
export async function requireSession(to: { fullPath: string; meta: { isOpen?: boolean } }) {
  if (to.meta.isOpen) return true
  await session.ready()
  const { status } = session.getSnapshot()
  return status !== 'unauthenticated' || { path: '/sign-in', query: { from: to.fullPath } }
}
