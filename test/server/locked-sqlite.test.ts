import { expect, it } from 'vitest'
import { openSharedFile } from './shared-file.ts'

it('goes on reading, and writes in turn, while another process has the SQLite file locked', async () => {
  const { store, other } = await openSharedFile()
  other.exec('BEGIN IMMEDIATE')
  const user = { passwordHash: 'x', tokenVersion: 1, createdAt: 0, disabledAt: null }
  const add = (id: string) =>
    store.write((records) => records.addUser({ ...user, id, email: `${id}@example.com` }))
  const written = Promise.all([add('first'), add('second')])
  expect(await store.read((records) => records.findUser('first'))).toBeUndefined()
  other.exec('COMMIT')
  expect(await written).toEqual([true, true])
  expect(await store.read((records) => records.findUser('second'))).toMatchObject({ id: 'second' })
})

it('reads nothing that has not been committed', async () => {
  const { store } = await openSharedFile()
  const user = { id: 'a', email: 'a', passwordHash: 'x', tokenVersion: 1, createdAt: 0, disabledAt: null }
  const seen = await store.write(async (records) => {
    await records.addUser(user)
    return store.read((others) => others.findUser('a'))
  })
  expect(seen).toBeUndefined()
  expect(await store.read((records) => records.findUser('a'))).toEqual(user)
})
