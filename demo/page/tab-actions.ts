import type { Action } from './actions.ts'
import { backend } from './backend.ts'
import type { Client, Fired } from './calls.ts'
import type { Counters } from './counters.ts'
import type { Log } from './log.ts'
import type { OtherTabs } from './other-tabs.ts'
import { count } from './wording.ts'

const wanted = 3

/** What several tabs do together. */
export function createTabActions(
  tabs: OtherTabs,
  fire: (client: Client, amount: number) => Promise<Fired>,
  log: Log,
  counters: Counters,
): Record<string, Action> {
  tabs.listen((news) => {
    if (news.type === 'fire') void obey(news.client, news.count)
    if (news.type === 'fired') void hear(news)
  })

  async function obey(client: Client, amount: number): Promise<void> {
    tabs.tell({ type: 'fired', ...(await fire(client, amount)) })
  }

  async function hear({ answered, count: amount }: Fired): Promise<void> {
    await counters.update()
    log.add(`Another tab: ${answered} of ${count(amount, 'call')} answered.`)
  }

  return {
    async 'open-tabs'() {
      // Without `noopener`, so that what the browser has blocked can be told.
      const opened = Array.from({ length: wanted }, () => window.open(location.href)).filter(Boolean).length
      if (opened === wanted) log.add('Three more tabs are open.')
      else
        log.add(
          `The browser opened ${opened} of ${wanted} tabs: allow pop-ups for this page, or press again.`,
          'bad',
        )
    },
    async 'fire-everywhere'() {
      await backend.expireTokens()
      tabs.tell({ type: 'fire', client: 'axios', count: 20 })
      await fire('axios', 20)
    },
  }
}
