import { expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { type Tracked, track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'
import { liveRandomly } from './random-life.ts'

/** Signed in as alice, whose refresh hangs until it is let go; its answer brings alice's cookie. */
async function hanging() {
  const world = createWorld()
  const { server, clock } = world
  server.isOpaque = true
  const opened = world.open({ refreshMargin: 0 })
  await clock.advance(1000)
  const answers: (() => void)[] = []
  server.onRefresh = () =>
    new Promise((resolve) => {
      server.onRefresh = undefined
      answers.push(() => resolve(undefined))
    })
  track(opened.session.refresh())
  await clock.advance(0)
  const refresh = answers[0]
  expect(refresh).toBeTypeOf('function')

  /** A login call whose password turns out to be wrong; the refresh answers in the midst of it. */
  async function failToSignIn(): Promise<Tracked<unknown>> {
    let fail: (error: Error) => void = () => {}
    const login = new Promise<never>((_, reject) => {
      fail = reject
    })
    const signIn = track(opened.session.signIn(() => login))
    await clock.advance(0)
    refresh?.()
    await clock.advance(1000)
    fail(new Error('wrong password'))
    await clock.advance(1000)
    return signIn
  }
  const releaseRefresh = () => refresh?.()
  return { ...world, ...opened, send: createFetch(opened.session), failToSignIn, releaseRefresh }
}

it('an old refresh that answers during a login call which then fails hands over no user’s token', async () => {
  const { server, clock, session, send, failToSignIn } = await hanging()
  track(
    session.signIn(() => {
      server.cookie = 'bob'
      return server.issue('bob')
    }),
  )
  await clock.advance(10_000)
  expect((await failToSignIn()).state).toBe('rejected')
  expect(server.cookie).toBe('alice')
  await clock.advance(server.lifetime)
  track(send('/api/bobs'))
  await clock.advance(1000)
  expect(server.hits.map(({ authorization }) => server.ownerOf(authorization))).not.toContain('alice')
})

it('an old refresh that answers during a login call which then fails brings nobody back', async () => {
  const { server, clock, session, failToSignIn } = await hanging()
  track(session.signOut())
  await clock.advance(10_000)
  expect(server.cookie).toBeUndefined()
  expect((await failToSignIn()).state).toBe('rejected')
  await clock.advance(10_000)
  expect(server.cookie).toBeUndefined()
})

it('an old refresh that answers during a login call after a sign-out signs the new user not out', async () => {
  const { server, clock, session, releaseRefresh } = await hanging()
  track(session.signOut())
  await clock.advance(10_000)
  let answer: () => void = () => {}
  const login = new Promise<Response>((resolve) => {
    answer = () => {
      server.cookie = 'bob'
      resolve(Response.json(server.issue('bob')))
    }
  })
  const signIn = track(session.signIn(() => login))
  await clock.advance(0)
  releaseRefresh()
  await clock.advance(1000)
  answer()
  await clock.advance(10_000)
  expect(signIn.state).toBe('resolved')
  expect(server.cookie).toBe('bob')
  expect(server.signOuts).toHaveLength(1)
})

it.each([12, 465, 1315])(
  'nobody is sent with the token of somebody else, with tokens that do not say whose they are: seed %i',
  async (seed) => {
    const { misused, pending, isBack } = await liveRandomly(seed, true)
    expect({ misused, pending, isBack }).toEqual({ misused: [], pending: [], isBack: false })
  },
)
