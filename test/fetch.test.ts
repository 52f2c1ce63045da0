import { createFetch } from '../src/clients/fetch.ts'
import { describeClient, type MakeClient } from './parity.ts'

const makeClient: MakeClient = (session) => {
  const send = createFetch(session)
  return {
    async send(url, call = {}) {
      const response = await send(url, call)
      return { status: response.status, body: await response.text() }
    },
    typedError: (error) => error,
  }
}

describeClient('fetch', makeClient)
