import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios'
import type { Answer, CallOptions, HookCounts } from './peer.ts'

/** What the apps on axios have in common. */
export function makeAxiosApp(api: AxiosInstance) {
  async function send(config: AxiosRequestConfig): Promise<Answer> {
    const { status, data } = await api.request(config)
    return { status, data }
  }

  return {
    call: (path: string, { body, ...options }: CallOptions = {}): Promise<Answer> =>
      send({ url: path, ...options, ...(body && { data: body }) }),
    callTransformed: (path: string, body: object): Promise<Answer> =>
      send({
        url: path,
        method: 'POST',
        data: body,
        headers: { 'Content-Type': 'application/json' },
        transformRequest: [(data: unknown) => JSON.stringify(data)],
      }),
    addHooks({ request, response }: HookCounts): void {
      api.interceptors.request.use((config) => {
        request()
        return config
      })
      api.interceptors.response.use(
        (answer) => {
          response()
          return answer
        },
        (error: unknown) => {
          response()
          return Promise.reject(error)
        },
      )
    },
  }
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
}

/** An auth endpoint of the backend, asked without the library. */
export async function post(path: string, body: object = {}): Promise<Tokens> {
  const { data } = await axios.post(path, body, { headers: { 'X-Silent-Refresh': '1' } })
  return data
}

export const isRefused = (error: unknown): boolean =>
  axios.isAxiosError(error) && error.response?.status === 401
