import { expect, inject, it } from 'vitest'
import { type AccessTokenClaims, loadKeys } from '../../../demo/server/session/keys.ts'
import { createPostgresDatabase } from './databases.ts'
import { useDatabase } from './every-database.ts'

const claims: AccessTokenClaims = {
  iss: 'issuer',
  aud: 'audience',
  sub: 'user',
  iat: 0,
  exp: 4_000_000_000,
  jti: 'token',
  sid: 'session',
  ver: 1,
}

// On SQLite only one of them can write at a time, whatever they do.
it('servers that start at once on an empty Postgres make one key and take each other’s tokens', async () => {
  const database = await useDatabase({
    kind: 'postgres',
    create: () => createPostgresDatabase(inject('postgres')),
  })
  const stores = await Promise.all(Array.from({ length: 4 }, database.open))
  const servers = await Promise.all(stores.map((store) => loadKeys(store)))
  const rows = await stores[0]?.read((records) => records.listSigningKeys())
  const tokens = await Promise.all(servers.map((keys) => keys.sign(claims)))
  const expectation = { issuer: 'issuer', audience: 'audience', now: 0 }
  const checks = servers.flatMap((keys) => tokens.map((token) => keys.verify(token, expectation)))
  const refusals = (await Promise.allSettled(checks)).filter(({ status }) => status === 'rejected')
  await Promise.all(stores.map((store) => store.close()))
  expect(rows?.filter(({ activatedAt }) => activatedAt !== null)).toHaveLength(1)
  expect(rows).toHaveLength(2)
  expect(refusals).toEqual([])
})
