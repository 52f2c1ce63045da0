// The page is not compiled ahead of time, so that it needs the compiler, and needs it first.
import '@angular/compiler'
import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http'
import { Component, DestroyRef, inject, signal } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { lastValueFrom } from 'rxjs'
import { callTwentyTimes, describe, signIn, watchUser } from '../actions.ts'
import { session } from '../session.ts'
import { sessionInterceptor } from './session-interceptor.ts'
import { sessionState } from './session-state.ts'

const template = `
  <main>
    <p id="status">{{ status() }}</p>
    <button type="button" id="sign-in" (click)="signIn()">sign in</button>
    <button type="button" id="sign-out" (click)="signOut()">sign out</button>
    <button type="button" id="calls" (click)="call()">20 calls</button>
    <p id="outcome">{{ outcome() }}</p>
    @switch (session().status) {
      @case ('loading') { <p id="waiting">One moment</p> }
      @case ('authenticated') { <p id="guarded">Only for you</p> }
      @default { <p id="otherwise">Please sign in</p> }
    }
  </main>
`

const View = Component({ selector: 'session-view', template })(
  class {
    readonly http = inject(HttpClient)
    readonly session = inject(sessionState)
    readonly email = signal<string | undefined>(undefined)
    readonly outcome = signal('')
    readonly status = () => describe(this.session(), this.email())
    readonly signIn = signIn
    readonly signOut = session.signOut
    readonly stop = inject(DestroyRef).onDestroy(watchUser((email) => this.email.set(email)))

    async call() {
      this.outcome.set(await callTwentyTimes((url) => lastValueFrom(this.http.get(url))))
    }
  },
)

export async function mount(target: Element): Promise<() => void> {
  target.append(document.createElement('session-view'))
  const providers = [provideHttpClient(withInterceptors([sessionInterceptor]))]
  const application = await bootstrapApplication(View, { providers })
  return () => application.destroy()
}
