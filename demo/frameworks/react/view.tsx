import { StrictMode, Suspense, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { callTwentyTimes, describe, signIn, watchUser } from '../actions.ts'
import { session } from '../session.ts'
import { RequireSession, useSession } from './use-session.ts'

function View() {
  const snapshot = useSession()
  const [email, setEmail] = useState<string>()
  const [outcome, setOutcome] = useState('')
  useEffect(() => watchUser(setEmail), [])
  return (
    <main>
      <p id="status">{describe(snapshot, email)}</p>
      <button type="button" id="sign-in" onClick={signIn}>
        sign in
      </button>
      <button type="button" id="sign-out" onClick={session.signOut}>
        sign out
      </button>
      <button type="button" id="calls" onClick={async () => setOutcome(await callTwentyTimes())}>
        20 calls
      </button>
      <p id="outcome">{outcome}</p>
      <Suspense fallback={<p id="waiting">One moment</p>}>
        <RequireSession otherwise={<p id="otherwise">Please sign in</p>}>
          <p id="guarded">Only for you</p>
        </RequireSession>
      </Suspense>
    </main>
  )
}

export const view = (
  <StrictMode>
    <View />
  </StrictMode>
)

export function mount(target: Element): () => void {
  const root = createRoot(target)
  root.render(view)
  return () => root.unmount()
}
