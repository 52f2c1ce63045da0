import { createApp, defineComponent, h, onScopeDispose, ref } from 'vue'
import { callTwentyTimes, describe, signIn, watchUser } from '../actions.ts'
import { session } from '../session.ts'
import { useSession } from './use-session.ts'

export const view = defineComponent(() => {
  const state = useSession()
  const email = ref<string>()
  const outcome = ref('')
  const stop = watchUser((user) => {
    email.value = user
  })
  onScopeDispose(stop)
  const call = async () => {
    outcome.value = await callTwentyTimes()
  }
  const guarded = () => {
    const { status } = state.value
    if (status === 'loading') return h('p', { id: 'waiting' }, 'One moment')
    return status === 'authenticated'
      ? h('p', { id: 'guarded' }, 'Only for you')
      : h('p', { id: 'otherwise' }, 'Please sign in')
  }
  return () =>
    h('main', [
      h('p', { id: 'status' }, describe(state.value, email.value)),
      h('button', { id: 'sign-in', onClick: signIn }, 'sign in'),
      h('button', { id: 'sign-out', onClick: session.signOut }, 'sign out'),
      h('button', { id: 'calls', onClick: call }, '20 calls'),
      h('p', { id: 'outcome' }, outcome.value),
      guarded(),
    ])
})

export function mount(target: Element): () => void {
  const app = createApp(view)
  app.mount(target)
  return () => app.unmount()
}
