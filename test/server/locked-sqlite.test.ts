import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { createSqliteStore } from '../../demo/server/store/sqlite-store.ts'

it('goes on reading, and writes in turn, while another process has the SQLite file locked', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const file = join(directory, 'demo.sqlite')
  const store = createSqliteStore(file)
  const other = new DatabaseSync(file)
  onTestFinished(async () => {
    other.close()
    await store.close()
    await rm(directory, { recursive: true })
  })
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
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const store = createSqliteStore(join(directory, 'demo.sqlite'))
  onTestFinished(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })
  const user = { id: 'a', email: 'a', passwordHash: 'x', tokenVersion: 1, createdAt: 0, disabledAt: null }
  const seen = await store.write(async (records) => {
    await records.addUser(user)
    return store.read((others) => others.findUser('a'))
  })
  expect(seen).toBeUndefined()
  expect(await store.read((records) => records.findUser('a'))).toEqual(user)
})
