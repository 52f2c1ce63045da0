import type { Signal, Signals } from '../session/environment.ts'

/**
 * `focus` is not among them: it never fires in some embedded pages, while `visibilitychange` does. `resume` is the
 * Page Lifecycle's, after a frozen page thaws; `pageshow` comes when a page is taken from the back/forward cache.
 */
export const browserSignals: Signals = {
  isVisible: () => document.visibilityState !== 'hidden',
  // `false` is certain, `true` is a guess (HTML standard, navigator.onLine).
  isOnline: () => navigator.onLine !== false,
  subscribe(listener) {
    const bindings: [target: EventTarget, type: string, signal: (event: Event) => Signal][] = [
      [document, 'visibilitychange', () => (document.visibilityState === 'hidden' ? 'hide' : 'wake')],
      [document, 'resume', () => 'wake'],
      [window, 'pageshow', (event) => ((event as PageTransitionEvent).persisted ? 'restore' : 'wake')],
      [window, 'pagehide', () => 'leave'],
      [window, 'online', () => 'online'],
    ]
    const undo = bindings.map(([target, type, signal]) => {
      const handle = (event: Event) => listener(signal(event))
      target.addEventListener(type, handle)
      return () => target.removeEventListener(type, handle)
    })
    return () => {
      for (const remove of undo) remove()
    }
  },
}
