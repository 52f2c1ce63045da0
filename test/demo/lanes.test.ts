import { describe, expect, it } from 'vitest'
import type { DemoState } from '../../demo/host/steering.ts'
import type { Counts, TallyShelf } from '../../demo/host/tally.ts'
import { createShelf, createVisitor } from './visitor.ts'

describe('what the demo does to a session', () => {
  it('revokes the one of this browser, and no other', async () => {
    const tables = createShelf()
    const [one, other] = [await createVisitor({ tables }), await createVisitor({ tables })]
    const token = await one.signIn()
    const othersToken = await other.signIn()
    await one.order('revoke')
    expect(await one.call(token, 'a')).toBe(401)
    expect(await (await one.refresh())?.json()).toMatchObject({ code: 'session_revoked' })
    expect(await other.call(othersToken, 'a')).toBe(200)
  })

  it('presents a stolen token after its owner has gone on, and the server ends the whole family', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    await visitor.change({ gracePeriod: 0 })
    await visitor.order('steal')
    await visitor.refresh()
    await visitor.refresh()
    expect((await visitor.order('present')).thief).toBe('refresh_reused')
    expect(await (await visitor.refresh())?.json()).toMatchObject({ code: 'session_revoked' })
  })

  it('tells the truth about a thief who is faster than the owner', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    await visitor.order('steal')
    expect((await visitor.order('present')).thief).toBe('granted')
  })
})

describe('a lane beside the page', () => {
  it('has its own cookies, faults and counts', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    await visitor.signIn('/lanes/one')
    await visitor.post('/lanes/one/demo/faults', { refresh: 'unavailable' })
    expect([...visitor.jar.keys()]).toEqual(['sr_rt', 'sr_hint', 'one.sr_rt', 'one.sr_hint'])
    expect((await visitor.post('/lanes/one/auth/refresh'))?.status).toBe(503)
    expect((await visitor.post('/lanes/two/auth/refresh'))?.status).toBe(401)
    expect((await visitor.refresh())?.status).toBe(200)
    expect((await visitor.state()).counts.refreshes).toBe(1)
  })

  it('holds a late 401 back until another call has been answered', async () => {
    const visitor = await createVisitor()
    const token = await visitor.signIn('/lanes/one')
    const get = (name: string, bearer: string) =>
      visitor.send(`/lanes/one/api/items?n=1&call=${name}`, {
        headers: { Authorization: `Bearer ${bearer}` },
      })
    const order: string[] = []
    const late = get('a&late', 'no.such.token').then((response) => order.push(`late ${response?.status}`))
    await get('b', 'no.such.token').then((response) => order.push(`other ${response?.status}`))
    await get('b', token).then((response) => order.push(`other ${response?.status}`))
    await late
    expect(order).toEqual(['other 401', 'other 200', 'late 401'])
  })

  it('answers for the newest forty only', async () => {
    const visitor = await createVisitor()
    await visitor.post('/lanes/first/auth/refresh')
    const refreshes = async () => {
      const response = await visitor.send('/lanes/first/demo/state')
      const state: DemoState | undefined = await response?.json()
      return state?.counts.refreshes
    }
    expect(await refreshes()).toBe(1)
    for (let lane = 0; lane < 40; lane += 1) await visitor.send(`/lanes/other-${lane}/demo/state`)
    expect(await refreshes()).toBe(0)
  })
})

it('adds up what the backends of several tabs have counted', async () => {
  const saved = new Map<string, Counts>()
  const shelf = (name: string): TallyShelf => ({
    save: (counts) => saved.set(name, { ...counts }),
    others: () => [...saved].filter(([other]) => other !== name).map(([, counts]) => counts),
  })
  const one = await createVisitor({ tally: shelf('one') })
  const other = await createVisitor({ tally: shelf('other') })
  await one.refresh()
  await other.call('no.such.token', 'a')
  await other.call('no.such.token', 'a')
  await other.refresh()
  expect((await one.state()).counts).toEqual({ refreshes: 2, unauthorized: 2, retried: 1 })
})

it('counts refresh calls, 401s and retries, and only the calls that have a name', async () => {
  const visitor = await createVisitor()
  const token = await visitor.signIn()
  await visitor.call('old', 'first')
  await visitor.call(token, 'first')
  await visitor.call(token, 'second')
  await visitor.post('/api/echo')
  await visitor.refresh()
  expect((await visitor.state()).counts).toEqual({ refreshes: 1, unauthorized: 1, retried: 1 })
})
