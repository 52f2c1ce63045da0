import type { Backend } from '../backend.ts'
import type { HttpClient } from './http-client.ts'

export interface RefreshAnswer {
  status: number
  /** Of a problem. */
  code: string | null
  /** The refresh token it sets. */
  cookie: string | null
  accessToken: string | null
  /** Milliseconds. */
  retryAfter: number
}

/** Presents a refresh token; rejects if no answer comes. */
export type Refresh = (token: string) => Promise<RefreshAnswer>

interface Body {
  code?: string
  access_token?: string
}

export function refreshOver({ send }: HttpClient): Refresh {
  const own = { 'content-type': 'application/json', 'x-silent-refresh': '1', 'sec-fetch-site': 'same-origin' }
  return async (token) => {
    const headers = { ...own, cookie: `sr_rt=${token}` }
    const answer = await send({ method: 'POST', path: '/auth/refresh', headers, body: '{}' })
    const cookie = answer.headers['set-cookie']?.find((line) => line.startsWith('sr_rt='))
    const body = JSON.parse(answer.body) as Body
    return {
      status: answer.status,
      code: body.code ?? null,
      cookie: cookie?.slice('sr_rt='.length).split(';')[0] ?? null,
      accessToken: body.access_token ?? null,
      retryAfter: Number(answer.headers['retry-after'] ?? 0) * 1000,
    }
  }
}

/** The same without a network. */
export function refreshIn({ browser }: Pick<Backend, 'browser'>): Refresh {
  return async (token) => {
    const page = browser('http://localhost')
    page.jar.set('sr_rt', token)
    const { status, headers, body, cookies } = await page.refresh()
    return {
      status,
      code: status === 200 ? null : body.code,
      cookie: cookies.find(({ name }) => name === 'sr_rt')?.value ?? null,
      accessToken: status === 200 ? body.access_token : null,
      retryAfter: Number(headers.get('retry-after') ?? 0) * 1000,
    }
  }
}
