import { call, callTogether, fire, pause, settled, until, untilQuiet } from '../arena.ts'
import { areAllAnswered, count, countSignedOut, itemCalls, items, type Scenario, tell } from '../scenario.ts'

const group = 'An expired token'

export const expiry: readonly Scenario[] = [
  {
    name: 'expired',
    title: '20 calls at once after expiry: all answered, one refresh',
    group,
    async play({ first, front, outlive }) {
      await outlive()
      const outcomes = await callTogether(first, front, itemCalls(20))
      return {
        passed: areAllAnswered(outcomes) && front.refreshes() === 1,
        figure: tell(outcomes, front.refreshes()),
      }
    },
  },
  {
    name: 'rejected',
    title: '20 calls at once with a token refused before its time: all answered, one refresh',
    group,
    async play({ first, front, server }) {
      server.control.expireTokens()
      const outcomes = await callTogether(first, front, itemCalls(20))
      return {
        passed: areAllAnswered(outcomes) && front.refreshes() === 1,
        figure: tell(outcomes, front.refreshes()),
      }
    },
  },
  {
    name: 'late',
    title: 'a 401 for the old token that arrives after the refresh: no second one',
    group,
    async play({ first, front, server }) {
      server.control.expireTokens()
      const release = front.holdLate()
      await fire(first, 'late', [{ path: `${items}&late` }])
      await until(() => front.hits.length === 1 && front.hits[0]?.status === 401)
      const early = await call(first, [{ path: items }])
      release()
      const outcomes = [...early, ...(await settled(first, 'late'))]
      return {
        passed: areAllAnswered(outcomes) && front.refreshes() === 1,
        figure: tell(outcomes, front.refreshes()),
      }
    },
  },
  {
    name: 'fresh',
    title: 'a token refused right after a refresh has brought it: refreshed once more',
    group,
    async play({ first, front, server }) {
      const outcomes = []
      for (let round = 0; round < 2; round++) {
        server.control.expireTokens()
        outcomes.push(...(await call(first, [{ path: items }])))
      }
      return {
        passed: areAllAnswered(outcomes) && front.refreshes() === 2,
        figure: tell(outcomes, front.refreshes()),
      }
    },
  },
  {
    name: 'begun',
    title: 'calls begun during the refresh: all answered, one refresh, each sent once',
    group,
    async play({ first, front, outlive }) {
      await outlive()
      const release = front.holdRefreshes()
      await fire(first, 'first', [{ path: items }])
      await untilQuiet(front)
      const before = front.hits.length
      await fire(first, 'begun', itemCalls(5))
      await untilQuiet(front)
      const needless = front.hits.length - before
      release()
      const outcomes = [...(await settled(first, 'first')), ...(await settled(first, 'begun'))]
      return {
        passed: areAllAnswered(outcomes) && front.refreshes() === 1 && needless === 0,
        figure: tell(outcomes, front.refreshes(), needless > 0 && `${needless} sent with the dead token`),
      }
    },
  },
  {
    name: 'proactive',
    title: 'in normal life the server answers no 401 at all',
    group,
    options: { lifetime: 12_000 },
    isLong: true,
    async play({ first, front }) {
      const calls = []
      for (let index = 0; index < 60; index++) {
        calls.push(...(await call(first, [{ path: items }])))
        await pause(500)
      }
      const unauthorized = front.hits.filter(({ status }) => status === 401).length
      return {
        passed: areAllAnswered(calls) && unauthorized === 0,
        figure: tell(calls, undefined, `${unauthorized} × 401 within 30 s, tokens of 12 s`),
      }
    },
  },
  {
    name: 'short',
    title: 'tokens that live 5 seconds: no loop, no lost call',
    group,
    options: { lifetime: 5000 },
    isLong: true,
    async play({ first, front }) {
      const calls = []
      for (let index = 0; index < 30; index++) {
        calls.push(...(await call(first, [{ path: items }])))
        await pause(500)
      }
      // The least is two or three; whoever is a bit early has one or two more.
      const isLoop = front.refreshes() > 6
      return {
        passed: areAllAnswered(calls) && !isLoop,
        figure: tell(calls, isLoop ? front.refreshes() : undefined, 'within 15 s'),
      }
    },
  },
  {
    name: 'opaque',
    title: 'access tokens that are no JWTs',
    group,
    options: { isOpaque: true },
    async play({ first, front, outlive }) {
      await outlive()
      const outcomes = await callTogether(first, front, itemCalls(5))
      return {
        passed: areAllAnswered(outcomes),
        figure: tell(outcomes, front.refreshes()),
      }
    },
  },
  {
    name: 'always-401',
    title: 'an endpoint that always answers 401: no loop',
    group,
    async play({ first, front }) {
      const outcomes = await call(first, [{ path: '/never' }], 5000)
      const hits = front.hits.length
      const signedOut = await countSignedOut([first])
      const isEndless = count(outcomes, 'waiting') > 0
      return {
        passed: !isEndless && hits <= 2 && front.refreshes() <= 1 && signedOut === 0,
        figure: isEndless
          ? 'no end within 5 s'
          : tell(outcomes, front.refreshes(), `sent ${hits} ×`, signedOut > 0 && 'signed out'),
      }
    },
  },
]
