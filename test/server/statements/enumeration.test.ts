import { describe, expect, it } from 'vitest'
import { createPbkdf2Hasher } from '../../../demo/server/session/passwords.ts'
import { createSite, demo, type Visitor } from '../app-with.ts'
import { type Answer, stores } from '../backend.ts'
import { disable } from './instances.ts'

/** Notes what a hasher is asked to do, without what it is asked about. */
function createCountedHasher() {
  const hasher = createPbkdf2Hasher({ iterations: 3 })
  const work: string[] = []
  const parametersOf = (stored: string) => stored.split('$').slice(0, 3).join('$')
  return {
    takeWork: () => work.splice(0, work.length),
    hasher: {
      ...hasher,
      async hash(password: string) {
        const stored = await hasher.hash(password)
        work.push(`hash ${parametersOf(stored)}`)
        return stored
      },
      verify(password: string, stored: string) {
        work.push(`verify ${parametersOf(stored)}, salt of ${stored.split('$')[3]?.length}`)
        return hasher.verify(password, stored)
      },
    },
  }
}

/** All that a caller sees, except when it was. */
function look({ status, body, headers, cookies }: Answer) {
  const seen = [...headers].filter(([name]) => name !== 'date').sort()
  return { status, body, headers: seen, cookies }
}

/** Whose passwords were hashed by the counted hasher: the demo users have theirs from another one. */
async function createGuarded(given: Parameters<typeof createSite>[0]) {
  const { hasher, takeWork } = createCountedHasher()
  const site = await createSite(given, { passwords: hasher })
  const known = 'known@example.com'
  const gone = 'gone@example.com'
  for (const email of [known, gone]) {
    const answer = await site.visitor().post('/auth/sign-up', { email, password: demo.password })
    expect(answer.status).toBe(200)
  }
  await disable(site, gone)
  takeWork()
  return { site, takeWork, emails: [known, gone, 'nobody@example.com'] }
}

describe.each(stores)('with the $kind store', ({ create }) => {
  it('an unknown user, a disabled one and a wrong password are one answer and one and the same work', async () => {
    const { site, takeWork, emails } = await createGuarded(create())
    const guess = (visitor: Visitor, email: string) => visitor.tryLogin(email, 'a guess')
    // What no user exists for is made at the first sign-in, whosever that is.
    await guess(site.visitor('192.0.2.1'), demo.email)
    takeWork()
    for (let time = 0; time < 6; time++) {
      const seen: { answer: ReturnType<typeof look>; work: string[] }[] = []
      for (const email of emails) {
        const answer = await guess(site.visitor('192.0.2.1'), email)
        seen.push({ answer: look(answer), work: takeWork() })
      }
      const [first] = seen
      expect(first?.answer.status).toBe(time < 5 ? 401 : 429)
      expect(first?.work).toHaveLength(time < 5 ? 1 : 0)
      expect(seen).toEqual([first, first, first])
    }
  })

  it('the first sign-in of a server that has just started tells no more', async () => {
    const works: string[][] = []
    for (const index of [0, 2]) {
      const { site, takeWork, emails } = await createGuarded(create())
      await site.visitor().tryLogin(emails[index] ?? '', 'a guess')
      works.push(takeWork())
    }
    expect(works[0]).toHaveLength(2)
    expect(works[1]).toEqual(works[0])
  })

  it('asking for a new password is one answer, before anything is looked up', async () => {
    const { site, takeWork, emails } = await createGuarded(create())
    const seen: ReturnType<typeof look>[] = []
    for (const email of emails) {
      seen.push(look(await site.visitor().post('/auth/password/reset-request', { email })))
    }
    const [first] = seen
    expect(first).toMatchObject({ status: 202, body: '', cookies: [] })
    expect(seen).toEqual([first, first, first])
    expect(takeWork()).toEqual([])
  })
})
