import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const forPages = ['app', 'session/cookies', 'session/keys', 'store/memory-store', 'session/passwords', 'seed']

/** Every module that `file` imports, however far, and is not ours. */
async function findPackages(file: URL, seen = new Map<string, string[]>()): Promise<Map<string, string[]>> {
  if (seen.has(file.href)) return seen
  const source = await readFile(file, 'utf8')
  const modules = [...source.matchAll(/from '([^']+)'/g)].map(([, name = '']) => name)
  seen.set(
    file.href,
    modules.filter((name) => !name.startsWith('.')),
  )
  for (const name of modules) if (name.startsWith('.')) await findPackages(new URL(name, file), seen)
  return seen
}

it.each(forPages)('%s runs in a page: nothing it imports is of Node', async (name) => {
  const file = new URL(`../../demo/server/${name}.ts`, import.meta.url)
  const packages = [...(await findPackages(file)).values()].flat()
  for (const found of packages) expect(['hono', 'hono/cors', 'hono/secure-headers', 'jose']).toContain(found)
})
