import { SourceMap, type SourceMapPayload } from 'node:module'
import { brotliCompressSync } from 'node:zlib'
import { rolldown } from 'rolldown'

export interface Weight {
  readonly min: number
  readonly brotli: number
}

export interface ModuleWeight extends Weight {
  readonly module: string
}

export interface Parts {
  readonly modules: ModuleWeight[]
  /** By how much the bundle shrinks without all of these. Throws if there is none that matches. */
  without(patterns: readonly RegExp[]): Weight
}

const root = new URL('../../', import.meta.url).pathname
const name = 'weighed.js'

/** What an app would ship if it consisted of nothing but this code. */
async function bundle(code: string) {
  const built = await rolldown({
    input: name,
    external: ['axios'],
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name,
        resolveId: (id) => (id === name ? root + name : undefined),
        load: (id) => (id === root + name ? code : undefined),
      },
    ],
  })
  const format = {
    format: 'es',
    minify: true,
    comments: false,
    sourcemap: true,
    codeSplitting: false,
  } as const
  const { output } = await built.generate(format)
  await built.close()
  const [{ code: all, map }] = output
  return { code: all.replace(/\n\/\/# sourceMappingURL=.*\n?$/, ''), map }
}

const compressed = (code: string) => brotliCompressSync(code).length

export async function weigh(code: string): Promise<Weight> {
  const { code: all } = await bundle(code)
  return { min: all.length, brotli: compressed(all) }
}

/**
 * Which part of the bundle came from which file, by its source map, and by how much the whole would shrink, compressed,
 * without that part: less than the part alone, as what it has in common with the others stays.
 */
export async function weighModules(code: string): Promise<Parts> {
  const { code: all, map } = await bundle(code)
  if (!map) throw new Error('the bundle has no source map')
  const sources = new SourceMap(map as unknown as SourceMapPayload)
  const owned = all.split('\n').flatMap((line, row) => {
    const characters = row ? ['\n', ...line] : [...line]
    return characters.map((character, at) => {
      const entry = sources.findEntry(row, row ? Math.max(0, at - 1) : at)
      const source = 'originalSource' in entry ? (entry.originalSource ?? '') : ''
      return { character, owner: source.replace(/^.*?(?=src\/)|^.*node_modules\//, '') }
    })
  })
  const whole = { min: all.length, brotli: compressed(all) }

  function without(patterns: readonly RegExp[]): Weight {
    const kept = owned.filter(({ owner }) => !patterns.some((pattern) => pattern.test(owner)))
    if (kept.length === owned.length) throw new Error(`nothing in the bundle is ${patterns.join(' or ')}`)
    const left = kept.map(({ character }) => character).join('')
    return { min: whole.min - left.length, brotli: whole.brotli - compressed(left) }
  }

  const names = new Set(owned.map(({ owner }) => owner).filter((owner) => /\.[jt]s$/.test(owner)))
  names.delete(name)
  const modules = [...names].map((module) => {
    const exactly = new RegExp(`^${module.replaceAll('.', '\\.')}$`)
    return { module, ...without([exactly]) }
  })
  return { modules: modules.toSorted((one, other) => other.brotli - one.brotli), without }
}
