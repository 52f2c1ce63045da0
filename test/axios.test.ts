import { AxiosError } from 'axios'
import { createAxios } from '../src/clients/axios.ts'
import { describeClient, type MakeClient } from './parity.ts'

const makeClient: MakeClient = (session) => {
  const api = createAxios(session, { adapter: 'fetch', baseURL: 'https://app.test', responseType: 'text' })
  return {
    async send(url, { body, ...call } = {}) {
      const { status, data } = await api.request({ url, data: body, validateStatus: null, ...call })
      return { status, body: data }
    },
    typedError: (error) => (error instanceof AxiosError ? error.cause : error),
  }
}

describeClient('axios', makeClient)
