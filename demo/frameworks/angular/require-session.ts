import { session } from '../session.ts'

/** A `CanActivateFn`: `canActivate: [requireSession(() => inject(Router).parseUrl('/sign-in'))]`. */
export function requireSession<Elsewhere>(findElsewhere: () => Elsewhere) {
  return async (): Promise<true | Elsewhere> => {
    // Found first, because nothing can be injected after an `await`.
    const elsewhere = findElsewhere()
    await session.ready()
    return session.getSnapshot().status !== 'unauthenticated' || elsewhere
  }
}
