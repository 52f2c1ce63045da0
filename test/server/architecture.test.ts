import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

// A file imports only from its own floor or a lower one; `import type` counts.
const floors = [
  ['ambient.ts', 'settings.ts'],
  ['store/'],
  ['session/'],
  ['routes/'],
  ['app.ts', 'seed.ts'],
  ['host/', 'node.ts'],
  ['start.ts', 'admin.ts', 'recipes/'],
]

const root = fileURLToPath(new URL('../../demo/server', import.meta.url))
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
)

function floorOf(name: string): number {
  return floors.findIndex((rooms) =>
    rooms.some((room) => (room.endsWith('/') ? name.startsWith(room) : name === room)),
  )
}

it.each(sources)('%s has a floor and imports from none above it', (name) => {
  const floor = floorOf(name)
  expect(floor).toBeGreaterThanOrEqual(0)
  const code = readFileSync(join(root, name), 'utf8')
  for (const [, path = ''] of code.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)) {
    const imported = relative(root, join(root, dirname(name), path))
    expect([imported, floorOf(imported) <= floor]).toEqual([imported, true])
  }
})
