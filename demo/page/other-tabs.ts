import type { Client } from './calls.ts'

/** What the demo's tabs tell each other; the session has a channel of its own. */
export type TabNews =
  | { type: 'faults' }
  | { type: 'fire'; client: Client; count: number }
  | { type: 'fired'; answered: number; count: number }
  | { type: 'here'; id: string; isSignedIn: boolean; isNew: boolean }
  | { type: 'gone'; id: string }

export interface OtherTabs {
  tell(news: TabNews): void
  listen(listener: (news: TabNews) => void): void
}

export function createOtherTabs(): OtherTabs {
  const channel = new BroadcastChannel('silent-refresh-demo.page')
  return {
    tell: (news) => channel.postMessage(news),
    listen: (listener) =>
      channel.addEventListener('message', ({ data }: MessageEvent<TabNews>) => listener(data)),
  }
}
