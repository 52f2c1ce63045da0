/** @jsxImportSource solid-js */
import { createSignal, Match, onCleanup, onMount, Switch } from 'solid-js'
import { render } from 'solid-js/web'
import { callTwentyTimes, describe, signIn, watchUser } from '../actions.ts'
import { session } from '../session.ts'
import { createSessionState } from './create-session-state.ts'

export function View() {
  const state = createSessionState()
  const [email, setEmail] = createSignal<string>()
  const [outcome, setOutcome] = createSignal('')
  onMount(() => onCleanup(watchUser(setEmail)))
  return (
    <main>
      <p id="status">{describe(state(), email())}</p>
      <button type="button" id="sign-in" onClick={signIn}>
        sign in
      </button>
      <button type="button" id="sign-out" onClick={session.signOut}>
        sign out
      </button>
      <button type="button" id="calls" onClick={async () => setOutcome(await callTwentyTimes())}>
        20 calls
      </button>
      <p id="outcome">{outcome()}</p>
      <Switch fallback={<p id="otherwise">Please sign in</p>}>
        <Match when={state().status === 'loading'}>
          <p id="waiting">One moment</p>
        </Match>
        <Match when={state().status === 'authenticated'}>
          <p id="guarded">Only for you</p>
        </Match>
      </Switch>
    </main>
  )
}

export function mount(target: Element): () => void {
  return render(() => <View />, target)
}
