import { type ReactNode, use, useSyncExternalStore } from 'react'
import { session } from '../session.ts'

export function useSession() {
  return useSyncExternalStore(session.subscribe, session.getSnapshot, session.getServerSnapshot)
}

/** To be put inside `<Suspense>`, whose fallback is shown until it is known who is there. */
export function RequireSession({ children, otherwise }: { children: ReactNode; otherwise: ReactNode }) {
  use(session.ready())
  const { status } = useSession()
  if (status === 'authenticated') return children
  return status === 'unauthenticated' ? otherwise : null
}
