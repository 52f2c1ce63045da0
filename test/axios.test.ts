import { type AxiosAdapter, AxiosError, CanceledError } from 'axios'
import { expect } from 'vitest'
import { createAxios } from '../src/clients/axios.ts'
import { functionAdapter } from './helpers/function-adapter.ts'
import type { World } from './helpers/world.ts'
import type { MakeClient } from './parity/client.ts'
import { describeClient } from './parity.ts'

function makeWith(adapterOf: (world: World) => 'fetch' | AxiosAdapter): MakeClient {
  return (session, world) => {
    const api = createAxios(session, {
      adapter: adapterOf(world),
      baseURL: 'https://app.test',
      responseType: 'text',
      validateStatus: null,
    })
    return {
      async send(url, { body, ...call } = {}) {
        const { status, data } = await api.request<string>({ url, ...call, ...(body && { data: body }) })
        return { status, body: data }
      },
      typedError: (error) => (error instanceof AxiosError ? error.cause : error),
      expectAborted(error) {
        expect(error).toBeInstanceOf(CanceledError)
        expect(error).toHaveProperty('code', 'ERR_CANCELED')
      },
    }
  }
}

describeClient(
  'axios over fetch',
  makeWith(() => 'fetch'),
)
describeClient(
  'axios over an adapter of the app',
  makeWith(({ server }) => functionAdapter(server)),
)
