import { createSignal, onCleanup } from 'solid-js'
import { session } from '../session.ts'

export function createSessionState() {
  const [state, setState] = createSignal(session.getSnapshot())
  onCleanup(session.subscribe(() => setState(session.getSnapshot())))
  return state
}
