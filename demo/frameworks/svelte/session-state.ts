import { createSubscriber } from 'svelte/reactivity'
import { session } from '../session.ts'

const follow = createSubscriber((update) => session.subscribe(update))

export const sessionState = {
  get current() {
    follow()
    return session.getSnapshot()
  },
}
