// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'

/** The recipes, freshly loaded as on a page whose refresh endpoint answers with `status`. */
async function openApp(status: number) {
  vi.resetModules()
  const body = { access_token: 'token', expires_in: 900 }
  vi.stubGlobal('fetch', async () => Response.json(status === 200 ? body : {}, { status }))
  const [{ session }, vue, svelte, angular] = await Promise.all([
    import('../../demo/frameworks/session.ts'),
    import('../../demo/frameworks/vue/require-session.ts'),
    import('../../demo/frameworks/svelte/require-session.ts'),
    import('../../demo/frameworks/angular/require-session.ts'),
  ])
  opened.push(session)
  return { session, vue, svelte, angular }
}

const opened: { dispose(): void }[] = []

afterEach(() => {
  for (const session of opened.splice(0)) session.dispose()
  vi.unstubAllGlobals()
})

const account = { fullPath: '/account', meta: {} }

describe('a guard', () => {
  it('waits until it is known who is there, and lets a user who has a session pass', async () => {
    const { session, vue, svelte, angular } = await openApp(200)
    expect(session.getSnapshot().status).toBe('loading')
    const otherwise = vi.fn()
    const passed = await Promise.all([
      vue.requireSession(account),
      svelte.requireSession(otherwise),
      angular.requireSession(() => 'the sign-in page')(),
    ])
    expect(session.getSnapshot().status).toBe('authenticated')
    expect(passed).toEqual([true, undefined, true])
    expect(otherwise).not.toHaveBeenCalled()
  })

  it('sends a visitor to the sign-in page', async () => {
    const { vue, svelte, angular } = await openApp(401)
    const otherwise = vi.fn()
    const sentTo = await Promise.all([
      vue.requireSession(account),
      svelte.requireSession(otherwise),
      angular.requireSession(() => 'the sign-in page')(),
    ])
    expect(sentTo).toEqual([{ path: '/sign-in', query: { from: '/account' } }, undefined, 'the sign-in page'])
    expect(otherwise).toHaveBeenCalledOnce()
    expect(await vue.requireSession({ fullPath: '/about', meta: { isOpen: true } })).toBe(true)
  })

  it('sends nobody to the sign-in page for want of a network', async () => {
    const { session, vue, svelte, angular } = await openApp(503)
    const otherwise = vi.fn()
    await svelte.requireSession(otherwise)
    expect(session.getSnapshot().status).toBe('loading')
    expect(otherwise).not.toHaveBeenCalled()
    expect(await vue.requireSession(account)).toBe(true)
    expect(await angular.requireSession(() => 'the sign-in page')()).toBe(true)
  })

  it('knows of a sign-in and a sign-out since', async () => {
    const { session, vue, angular } = await openApp(401)
    await session.ready()
    await session.signIn({ access_token: 'token', expires_in: 900 })
    expect(await vue.requireSession(account)).toBe(true)
    vi.stubGlobal('fetch', async () => new Response(null, { status: 204 }))
    await session.signOut()
    expect(await vue.requireSession(account)).not.toBe(true)
    expect(await angular.requireSession(() => 'the sign-in page')()).toBe('the sign-in page')
  })
})
