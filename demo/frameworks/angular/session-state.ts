import { DestroyRef, InjectionToken, inject, signal } from '@angular/core'
import { session } from '../session.ts'

/** `readonly session = inject(sessionState)` in a component, `session().status` in its template. */
export const sessionState = new InjectionToken('session', {
  providedIn: 'root',
  factory() {
    const state = signal(session.getSnapshot())
    inject(DestroyRef).onDestroy(session.subscribe(() => state.set(session.getSnapshot())))
    return state.asReadonly()
  },
})
