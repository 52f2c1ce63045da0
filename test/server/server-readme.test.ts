import { readFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { usage } from '../../demo/server/host/command-line.ts'
import { migrationsSince, sqliteDialect } from '../../demo/server/store/sql-schema.ts'

const readme = await readFile(new URL('../../demo/server/README.md', import.meta.url), 'utf8')

it('the README of the server names every table and column there is, and no other', () => {
  const database = new DatabaseSync(':memory:')
  for (const migration of migrationsSince(0, sqliteDialect)) database.exec(migration)
  const tables = database.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  )
  for (const { name } of tables.all()) {
    const columns = database
      .prepare(`PRAGMA table_info(${name})`)
      .all()
      .map((column) => `\`${column.name}\``)
    const [, , listed = ''] =
      readme.match(new RegExp(`^\\| \`${name}\` +\\|([^|]*)\\|([^|]*)\\|$`, 'm')) ?? []
    expect([name, listed.trim()]).toEqual([name, columns.join(', ')])
  }
})

it('the README of the server names every flag there is', () => {
  const flags = usage.match(/--[a-z-]+/g) ?? []
  expect(flags.length).toBeGreaterThan(10)
  for (const flag of flags) expect(readme).toContain(`\`${flag}`)
})
