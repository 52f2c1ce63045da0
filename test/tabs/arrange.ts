import type { SessionOptions } from '../../src/session/options.ts'
import { type FakeTab, fetchOf, type Opened } from '../helpers/fake-tab.ts'
import { createWorld } from '../helpers/world.ts'

export interface OpenTab extends Opened {
  readonly tab: FakeTab
  readonly send: ReturnType<typeof fetchOf>
}

/** A browser with so many tabs, Alice signed in in all of them, on a server that rotates strictly. */
export async function openTabs(count: number, options: Partial<SessionOptions> = {}) {
  const world = createWorld()
  const { server, clock } = world
  server.rotation = 'strict'
  server.setsHint = true

  /** The app's own login call, past the session. */
  async function login(user: string) {
    const response = await server.fetch('/auth/login', { method: 'POST', body: JSON.stringify({ user }) })
    if (!response.ok) throw new Error('wrong password')
    return (await response.json()) as { access_token: string }
  }

  async function openTab(tab = world.newTab(), own: Partial<SessionOptions> = options): Promise<OpenTab> {
    const opened = tab.open(own)
    await clock.advance(500)
    return { tab, ...opened, send: fetchOf(opened) }
  }

  const tabs: OpenTab[] = []
  for (let number = 0; number < count; number++) tabs.push(await openTab(number ? world.newTab() : world.tab))
  server.refreshes.length = 0
  for (const { events } of tabs) events.length = 0
  return { ...world, tabs, openTab, login }
}

export const statuses = (tabs: readonly OpenTab[]) => tabs.map(({ session }) => session.getSnapshot().status)
export const reasons = (tabs: readonly OpenTab[]) => tabs.map(({ session }) => session.getSnapshot().reason)
export const typesOf = ({ events }: OpenTab) => events.map(({ type }) => type)
