import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import useSWR, { SWRConfig, type SWRConfiguration } from 'swr'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SilentFetch } from '../../src/clients/fetch.ts'
import { unauthorized } from '../helpers/fake-server.ts'
import { dataOf, expired, pass, signedIn, withTimersInHand } from './arrange.ts'
import { twenty } from './library.ts'

// react-dom and swr look for the page when they are loaded.
const page = await vi.hoisted(async () => {
  const { Window } = await import('happy-dom')
  const window = new Window()
  Object.assign(globalThis, { window, document: window.document })
  return window
})

/** A page that shows, for each path, what the hook of its component has come to. */
function show(apiFetch: SilentFetch, options: SWRConfiguration = {}) {
  const fetcher = (path: string) => apiFetch(path).then(dataOf)
  const onSuccess = vi.fn()
  const onError = vi.fn()

  function Item({ path }: { path: string }) {
    const { data, error } = useSWR(path, fetcher)
    return createElement('li', null, data?.path ?? (error ? `${error}` : 'loading'))
  }

  const config = { provider: () => new Map(), onSuccess, onError, ...options }
  const list = page.document.createElement('ul')
  const root = createRoot(list as never)
  onTestFinished(() => root.unmount())
  return {
    onSuccess,
    onError,
    render(paths: string[]) {
      const items = paths.map((path) => createElement(Item, { key: path, path }))
      root.render(createElement(SWRConfig, { value: config }, ...items))
    },
    get texts() {
      return Array.from(list.children, ({ textContent }) => textContent)
    },
  }
}

describe('SWR', () => {
  withTimersInHand()

  it('shows twenty components that waited for one refresh', async () => {
    const world = await expired()
    const view = show(world.apiFetch)
    view.render(twenty)
    await pass(world, 200)
    expect(view.texts).toEqual(twenty)
    expect(world.server.hits.map(({ url }) => url.pathname)).toEqual(twenty)
    expect(world.server.refreshes).toHaveLength(1)
    expect(view.onSuccess).toHaveBeenCalledTimes(20)
    expect(view.onError).not.toHaveBeenCalled()
  })

  it('never sees the 401 of twenty components that one refresh cures', async () => {
    const world = await signedIn()
    const view = show(world.apiFetch)
    world.server.expireAll()
    view.render(twenty)
    await pass(world, 200)
    expect(view.texts).toEqual(twenty)
    expect(world.server.hits).toHaveLength(40)
    expect(world.server.refreshes).toHaveLength(1)
    expect(view.onSuccess).toHaveBeenCalledTimes(20)
    expect(view.onError).not.toHaveBeenCalled()
  })

  it('sends what a component that has left was waiting for all the same, and goes on for the others', async () => {
    const world = await expired()
    const view = show(world.apiFetch)
    view.render(['/api/left', '/api/other'])
    await pass(world, 20)
    view.render(['/api/other'])
    await pass(world, 200)
    expect(view.texts).toEqual(['/api/other'])
    expect(world.server.hits.map(({ url }) => url.pathname)).toEqual(['/api/left', '/api/other'])
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('shows the refusal of the server when the session is over', async () => {
    const world = await signedIn()
    const view = show(world.apiFetch, { shouldRetryOnError: false })
    world.server.expireAll()
    world.server.cookie = undefined
    view.render(twenty)
    await pass(world, 200)
    expect(view.texts).toEqual(Array(20).fill('Error: The server says no.'))
    expect(view.onError.mock.calls.map(([error]) => error.status)).toEqual(Array(20).fill(401))
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('shows the end of the session to those that waited, and tries again without another refresh', async () => {
    const world = await expired()
    const view = show(world.apiFetch, { errorRetryInterval: 100, errorRetryCount: 2 })
    world.server.cookie = undefined
    view.render(twenty)
    await pass(world, 100)
    expect(view.texts).toEqual(Array(20).fill('SessionEndedError: The session is over (expired).'))
    expect(world.server.hits).toHaveLength(0)
    await pass(world, 2000, 100)
    expect(view.texts).toEqual(Array(20).fill('Error: The server says no.'))
    expect(world.server.hits.map(({ authorization }) => authorization)).toEqual(Array(40).fill(null))
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('costs no refresh when it tries a final 401 again', async () => {
    const world = await signedIn()
    const view = show(world.apiFetch, { errorRetryInterval: 100, errorRetryCount: 2 })
    world.server.onApi = unauthorized
    view.render(twenty)
    await pass(world, 2000, 100)
    expect(world.server.hits).toHaveLength(80)
    expect(world.server.refreshes).toHaveLength(1)
  })
})
