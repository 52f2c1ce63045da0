import {
  HttpContextToken,
  HttpErrorResponse,
  type HttpInterceptorFn,
  HttpResponse,
  HttpResponseBase,
} from '@angular/common/http'
import { fromEvent, lastValueFrom, Observable, takeUntil, tap } from 'rxjs'
import { createFetch, isSilentRefreshError } from 'silent-refresh'
import { session } from '../session.ts'

/** `http.get(url, { context: new HttpContext().set(skipAuth, true) })` is sent as it is. */
export const skipAuth = new HttpContextToken(() => false)

/** The last of `withInterceptors([...])`: those before it run once per call and never see the hidden 401. */
export const sessionInterceptor: HttpInterceptorFn = (request, next) =>
  new Observable((observer) => {
    const leaving = new AbortController()
    const left = fromEvent(leaving.signal, 'abort')
    let end: unknown

    async function attempt(_: unknown, init?: RequestInit): Promise<Response> {
      const setHeaders = Object.fromEntries(new Headers(init?.headers))
      const events = next(request.clone({ setHeaders })).pipe(takeUntil(left))
      const progress = events.pipe(tap((event) => event instanceof HttpResponse || observer.next(event)))
      end = await lastValueFrom(progress).catch((error: unknown) => error)
      if (!(end instanceof HttpResponseBase && end.status)) throw end
      const { status, headers } = end
      const names = headers.keys().map((name) => [name, headers.get(name) ?? ''] as const)
      return new Response(null, { status, headers: Object.fromEntries(names) })
    }

    const url = request.urlWithParams
    const isAsItIs = request.headers.has('Authorization') || request.context.get(skipAuth)
    createFetch(session, { fetch: attempt })(url, {
      method: request.method,
      signal: leaving.signal,
      skipAuth: isAsItIs,
    })
      .then(() => {
        if (!(end instanceof HttpResponse)) throw end
        observer.next(end)
        observer.complete()
      })
      .catch((error: unknown) =>
        observer.error(isSilentRefreshError(error) ? new HttpErrorResponse({ error, url }) : error),
      )
    return () => leaving.abort()
  })
