// The framework pages of the demo, watched: who listens to the session, and what a user gets to see.
import { signInAs } from '../../demo/frameworks/actions.ts'
import { session } from '../../demo/frameworks/session.ts'
import { mountNamed } from '../../demo/frameworks/views.ts'

const { subscribe } = session
let listeners = 0

function countedSubscribe(...args: Parameters<typeof subscribe>): () => void {
  const undo = subscribe(...args)
  let isOver = false
  listeners++
  return () => {
    if (!isOver) listeners--
    isOver = true
    undo()
  }
}
session.subscribe = countedSubscribe as typeof subscribe

const target = document.body.appendChild(document.createElement('div'))

/** The parts of the view that depend on who is there, as they came one after another. */
const shown: string[] = []
new MutationObserver(() => {
  const part = target.querySelector('#waiting, #guarded, #otherwise')?.id
  if (part && part !== shown.at(-1)) shown.push(part)
}).observe(target, { childList: true, subtree: true })

const unmount = await mountNamed(location.search, target)

export const frameworkPage = { shown, signInAs, unmount, countListeners: () => listeners }

declare global {
  var framed: typeof frameworkPage
}

globalThis.framed = frameworkPage
