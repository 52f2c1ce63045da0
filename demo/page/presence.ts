import type { Connection } from '../session.ts'
import { write } from './elements.ts'
import type { OtherTabs } from './other-tabs.ts'
import { count } from './wording.ts'

/** Shows how many tabs of the demo there are, and in how many somebody is signed in. */
export function startPresence({ session }: Connection, tabs: OtherTabs): void {
  const id = crypto.randomUUID()
  const others = new Map<string, boolean>()
  const isSignedIn = () => session.getSnapshot().status === 'authenticated'
  const sayHere = (isNew = false) => tabs.tell({ type: 'here', id, isSignedIn: isSignedIn(), isNew })

  function show(): void {
    const signedIn = [...others.values(), isSignedIn()].filter(Boolean).length
    write('tabs', `${count(others.size + 1, 'tab')}, ${signedIn} signed in`)
  }

  tabs.listen((news) => {
    if (news.type === 'here') {
      others.set(news.id, news.isSignedIn)
      if (news.isNew) sayHere()
    }
    if (news.type === 'gone') others.delete(news.id)
    show()
  })
  session.subscribe(() => {
    sayHere()
    show()
  })
  addEventListener('pagehide', () => tabs.tell({ type: 'gone', id }))
  addEventListener('pageshow', () => sayHere(true))
  sayHere(true)
  show()
}
