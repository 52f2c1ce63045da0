// @vitest-environment happy-dom
import '@angular/compiler'
import {
  HttpClient,
  HttpContext,
  type HttpErrorResponse,
  HttpEventType,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http'
import { createApplication } from '@angular/platform-browser'
import { lastValueFrom, type Observable, toArray } from 'rxjs'
import { isSilentRefreshError } from 'silent-refresh'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'

interface Call {
  readonly url: string
  readonly token: string | null
  readonly body: unknown
  readonly signal: AbortSignal | null | undefined
}

/** An app whose HttpClient has the recipe, and whose user has signed in with `old`. The refresh endpoint answers `new`. */
async function openApp(api: (call: Call) => Response | Promise<Response>) {
  vi.resetModules()
  const seen: Call[] = []
  const answerRefresh = vi.fn<() => Response | Promise<Response>>(() => new Response(null, { status: 401 }))
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    if (String(input).endsWith('/auth/refresh')) return answerRefresh()
    if (String(input).endsWith('/auth/logout')) return new Response(null, { status: 204 })
    const call = {
      url: String(input),
      token: new Headers(init?.headers).get('Authorization'),
      body: init?.body,
      signal: init?.signal,
    }
    seen.push(call)
    return api(call)
  })
  const { session } = await import('../../demo/frameworks/session.ts')
  const recipe = await import('../../demo/frameworks/angular/session-interceptor.ts')
  const above = vi.fn()
  const interceptors = withInterceptors([
    (request, next) => {
      above(request.url)
      return next(request)
    },
    recipe.sessionInterceptor,
  ])
  const application = await createApplication({ providers: [provideHttpClient(interceptors)] })
  onTestFinished(() => {
    session.dispose()
    application.destroy()
  })
  await session.ready()
  await session.signIn('old')
  answerRefresh.mockReset().mockImplementation(() => Response.json({ access_token: 'new' }))
  return { http: application.injector.get(HttpClient), session, ...recipe, seen, answerRefresh, above }
}

const expired = () => Response.json({ title: 'expired' }, { status: 401 })

const onlyNew = ({ token, url }: Call) => (token === 'Bearer new' ? Response.json({ url }) : expired())

/** What comes of a call: its body, or the status and the body of the error. */
const outcomeOf = (call: Observable<unknown>) =>
  lastValueFrom(call).catch(({ status, error }: HttpErrorResponse) => ({ status, error }))

afterEach(() => {
  vi.unstubAllGlobals()
})

describe("a session in Angular's HttpClient", () => {
  it('answers 20 calls with an expired token after one refresh, and retries each below the interceptors', async () => {
    const { http, seen, answerRefresh, above } = await openApp(onlyNew)
    const urls = Array.from({ length: 20 }, (_, index) => `/api/${index}`)
    const outcomes = await Promise.all(urls.map((url) => outcomeOf(http.get(url))))
    expect(outcomes).toEqual(urls.map((url) => ({ url })))
    expect(answerRefresh).toHaveBeenCalledOnce()
    expect(above.mock.calls.flat()).toEqual(urls)
    expect(seen.filter(({ token }) => token === 'Bearer new')).toHaveLength(20)
  })

  it('retries a 401 that comes late, without another refresh', async () => {
    const late = Promise.withResolvers<void>()
    const { http, answerRefresh } = await openApp(async (call) => {
      if (call.url === '/api/late' && call.token === 'Bearer old') await late.promise
      return onlyNew(call)
    })
    const slow = outcomeOf(http.get('/api/late'))
    expect(await outcomeOf(http.get('/api/quick'))).toEqual({ url: '/api/quick' })
    late.resolve()
    expect(await slow).toEqual({ url: '/api/late' })
    expect(answerRefresh).toHaveBeenCalledOnce()
  })

  it('sends the same body again', async () => {
    const { http, seen } = await openApp(onlyNew)
    await outcomeOf(http.post('/api/orders', { count: 2 }))
    expect(seen.map(({ token, body }) => [token, body])).toEqual([
      ['Bearer old', '{"count":2}'],
      ['Bearer new', '{"count":2}'],
    ])
  })

  it('gives the caller the second 401, and makes no refresh for each call to what always says 401', async () => {
    const { http, seen, answerRefresh } = await openApp(expired)
    for (const url of ['/api/1', '/api/2', '/api/3'])
      expect(await outcomeOf(http.get(url))).toEqual({ status: 401, error: { title: 'expired' } })
    expect(seen.map(({ token }) => token)).toEqual(['Bearer old', 'Bearer new', 'Bearer new', 'Bearer new'])
    expect(answerRefresh).toHaveBeenCalledOnce()
  })

  it('gives the caller the first 401 when the refresh is refused', async () => {
    const { http, session, answerRefresh } = await openApp(onlyNew)
    answerRefresh.mockImplementation(() => new Response(null, { status: 401 }))
    expect(await outcomeOf(http.get('/api/me'))).toEqual({ status: 401, error: { title: 'expired' } })
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  it('gives the token to no other origin, to no call that wants none, and to none with its own', async () => {
    const { http, skipAuth, seen, answerRefresh } = await openApp(expired)
    const calls = [
      http.get('https://elsewhere.test/'),
      http.get('/api/open', { context: new HttpContext().set(skipAuth, true) }),
      http.get('/api/own', { headers: { Authorization: 'Basic own' } }),
    ]
    for (const call of calls) expect(await outcomeOf(call)).toMatchObject({ status: 401 })
    expect(seen.map(({ token }) => token)).toEqual([null, null, 'Basic own'])
    expect(answerRefresh).not.toHaveBeenCalled()
  })

  it('rejects what was never sent with an HttpErrorResponse that says why', async () => {
    const { http, session, seen, answerRefresh } = await openApp(onlyNew)
    const refresh = Promise.withResolvers<Response>()
    const asked = Promise.withResolvers<void>()
    answerRefresh.mockImplementation(() => {
      asked.resolve()
      return refresh.promise
    })
    const first = outcomeOf(http.get('/api/first'))
    await asked.promise
    const waiting = lastValueFrom(http.get('/api/waiting')).catch((error: HttpErrorResponse) => error)
    const signedOut = session.signOut()
    const { name, status, url, error } = (await waiting) as HttpErrorResponse
    expect([name, status, url]).toEqual(['HttpErrorResponse', 0, '/api/waiting'])
    expect(isSilentRefreshError(error) && error.code).toBe('ERR_SESSION_ENDED')
    expect(await first).toEqual({ status: 401, error: { title: 'expired' } })
    expect(seen.map(({ url }) => url)).toEqual(['/api/first'])
    refresh.resolve(Response.json({ access_token: 'new' }))
    await signedOut
  })

  it('cancels what is under way when nobody listens any more', async () => {
    const sent = Promise.withResolvers<Call>()
    const { http } = await openApp((call) => {
      sent.resolve(call)
      return new Promise(() => {})
    })
    const subscription = http.get('/api/slow').subscribe()
    const { signal } = await sent.promise
    expect(signal?.aborted).toBe(false)
    subscription.unsubscribe()
    expect(signal?.aborted).toBe(true)
  })

  it('tells of the progress of a call', async () => {
    const { http } = await openApp(() => Response.json({}))
    const events = await lastValueFrom(http.get('/api/me', { observe: 'events' }).pipe(toArray()))
    expect(events.map(({ type }) => type)).toEqual([HttpEventType.Sent, HttpEventType.Response])
  })

  it('never sends a call that was given up while it waited', async () => {
    const { http, seen, answerRefresh } = await openApp(onlyNew)
    const refresh = Promise.withResolvers<Response>()
    const asked = Promise.withResolvers<void>()
    answerRefresh.mockImplementation(() => {
      asked.resolve()
      return refresh.promise
    })
    const first = outcomeOf(http.get('/api/first'))
    await asked.promise
    const told = vi.fn()
    http.get('/api/waiting').subscribe({ next: told, error: told, complete: told }).unsubscribe()
    refresh.resolve(Response.json({ access_token: 'new' }))
    expect(await first).toEqual({ url: '/api/first' })
    expect(await outcomeOf(http.get('/api/next'))).toEqual({ url: '/api/next' })
    expect(seen.map(({ url }) => url)).toEqual(['/api/first', '/api/first', '/api/next'])
    expect(told).not.toHaveBeenCalled()
  })
})
