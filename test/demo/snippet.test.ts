import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const read = (path: string) => readFile(new URL(`../../demo/${path}`, import.meta.url), 'utf8')

/** From the client to its last function, without what the address costs, and the word that the comparison waits for. */
function essence(code: string): string {
  const from = code.indexOf('const api = axios.create')
  const to = code.indexOf('return (await api.get(path)).data')
  expect([from, to]).not.toContain(-1)
  return code
    .slice(from, to)
    .replace(/`\$\{base\}/g, "'")
    .replaceAll('`,', "',")
    .replaceAll('` }', "' }")
    .replaceAll('export ', '')
    .replace(/\n *onSignedOut\(\)/, '')
    .replace(/\s+/g, ' ')
}

it('compares the library with the very snippet that the migration guide begins with', async () => {
  const [compared, guide] = await Promise.all([
    read('compare/snippet.ts'),
    read('migrations/failed-queue/before.ts'),
  ])
  // Template strings other than addresses are the same in both.
  expect(essence(compared)).toBe(essence(guide))
})
