import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import { session } from '../session.ts'

export function useSession() {
  const state = shallowRef(session.getSnapshot())
  const update = () => {
    state.value = session.getSnapshot()
  }
  onScopeDispose(session.subscribe(update))
  return shallowReadonly(state)
}
