import axios, {
  type AxiosAdapter,
  AxiosError,
  AxiosHeaders,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
} from 'axios'
import type { FakeServer } from './fake-server.ts'

async function readBody(response: Response, config: InternalAxiosRequestConfig): Promise<unknown> {
  switch (config.responseType) {
    case 'arraybuffer':
      return response.arrayBuffer()
    case 'blob':
      return response.blob()
    case 'stream':
      return response.body
    default:
      return response.text()
  }
}

/** An adapter of somebody else's making, as apps write them: a function over the fake server. */
export function functionAdapter(server: Pick<FakeServer, 'fetch'>): AxiosAdapter {
  return async (config) => {
    const { url, baseURL, allowAbsoluteUrls, params, method = 'get', data, signal } = config
    let received: Response
    try {
      received = await server.fetch(axios.getUri({ url, baseURL, allowAbsoluteUrls, params } as object), {
        __proto__: null,
        method: method.toUpperCase(),
        headers: Object.entries(config.headers.toJSON()) as [string, string][],
        body: data as BodyInit | null,
        ...(signal && { signal: signal as AbortSignal }),
      } as RequestInit)
    } catch (error) {
      if (signal?.aborted) throw new CanceledError(undefined, config)
      throw AxiosError.from(error as Error, AxiosError.ERR_NETWORK, config)
    }
    const { status, statusText } = received
    const response: AxiosResponse = {
      data: await readBody(received, config),
      status,
      statusText,
      headers: AxiosHeaders.from(Object.fromEntries(received.headers)),
      config,
    }
    if (!config.validateStatus || config.validateStatus(status)) return response
    const code = status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE
    throw new AxiosError(`Request failed with status code ${status}`, code, config, null, response)
  }
}
