import { expect } from 'vitest'
import { createFetch } from '../src/clients/fetch.ts'
import type { MakeClient } from './parity/client.ts'
import { describeClient } from './parity.ts'

const makeClient: MakeClient = (session) => {
  const send = createFetch(session)
  return {
    async send(url, call = {}) {
      const response = await send(url, call)
      return { status: response.status, body: await response.text() }
    },
    typedError: (error) => error,
    expectAborted: (error, reason) => expect(error).toBe(reason),
  }
}

describeClient('fetch', makeClient)
