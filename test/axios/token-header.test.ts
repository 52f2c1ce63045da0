import type { AxiosError } from 'axios'
import { expect, it } from 'vitest'
import { caught } from '../parity/client.ts'
import { signedIn } from './arrange.ts'

const options = { tokenHeader: 'X-Auth-Token' }

it('sends the token in its own header beside a Basic authorization of the caller', async () => {
  const { api, server, clock } = await signedIn({ options })
  server.onApi = () => Response.json({})
  const call = api.get('/api/items', { auth: { username: 'me', password: 'secret' } })
  await clock.advance(100)
  await call
  const { headers } = server.hits[0] ?? {}
  expect(headers?.get('X-Auth-Token')).toMatch(/^Bearer ey/)
  expect(headers?.get('Authorization')).toMatch(/^Basic /)
})

it('takes the token out of the request that an error carries, whatever its header is called', async () => {
  const { api, server, clock } = await signedIn({ options })
  server.onApi = () => new Response(null, { status: 500 })
  const call = caught(api.get('/api/items', { headers: { 'X-Own': 'kept' } }))
  await clock.advance(100)
  const { request } = (await call) as AxiosError
  expect((request as Request).headers.get('X-Own')).toBe('kept')
  expect((request as Request).headers.has('X-Auth-Token')).toBe(false)
})
