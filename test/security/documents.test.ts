import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFile(join(root, path), 'utf8')

const documents = ['THREATMODEL.md', 'SECURITY.md']
const texts = new Map(await Promise.all(documents.map(async (name) => [name, await read(name)] as const)))
const threatModel = texts.get('THREATMODEL.md') ?? ''
const security = texts.get('SECURITY.md') ?? ''

/** `test/x.test.ts`: "its title", line breaks being spaces. */
const proofs = /`(test\/[^`]+)`:\s+"([^"]+)"/g

const proofsOf = (text: string) =>
  [...text.replaceAll(/\s+/g, ' ').matchAll(proofs)].map(
    ([, path = '', title = '']) => [path, title] as const,
  )

/** The titles of a file, as they are written there. */
function titlesOf(code: string): string[] {
  const titles = code.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)
  return [...titles].map(([, single, double, template]) =>
    (single ?? double ?? template ?? '').replaceAll("\\'", "'"),
  )
}

/** ASVS 5.0, as the research of this project has chosen; each with its level. */
const requirements: Record<string, number> = {
  ...{
    '3.3.1': 1,
    '3.3.2': 2,
    '3.3.3': 2,
    '3.3.4': 2,
    '3.3.5': 3,
    '3.4.1': 1,
    '3.4.2': 1,
    '3.4.3': 2,
    '3.4.4': 2,
  },
  ...{
    '3.4.5': 2,
    '3.4.6': 2,
    '3.5.1': 1,
    '3.5.2': 1,
    '3.5.3': 1,
    '3.5.5': 2,
    '3.7.2': 2,
    '6.2.1': 1,
    '6.2.4': 1,
  },
  ...{
    '6.2.8': 1,
    '6.2.9': 2,
    '6.3.1': 1,
    '6.3.8': 3,
    '7.1.1': 2,
    '7.2.2': 1,
    '7.2.3': 1,
    '7.2.4': 1,
    '7.3.1': 2,
  },
  ...{
    '7.3.2': 2,
    '7.4.1': 1,
    '7.4.2': 1,
    '7.4.3': 2,
    '7.4.5': 2,
    '7.5.2': 2,
    '9.1.1': 1,
    '9.1.2': 1,
    '9.1.3': 1,
  },
  ...{ '9.2.1': 1, '9.2.2': 2, '9.2.3': 2, '9.2.4': 2, '10.4.5': 1, '10.4.8': 2, '11.4.2': 2, '11.5.1': 2 },
  ...{ '14.2.1': 1, '14.3.1': 1, '14.3.2': 2, '14.3.3': 2, '15.3.6': 2, '15.4.1': 3, '15.4.2': 3 },
  ...{ '16.2.5': 2, '16.3.1': 2, '16.3.3': 2, '16.5.1': 2 },
}

describe.each(documents)('%s', (name) => {
  const text = texts.get(name) ?? ''

  it('names only files that exist', async () => {
    const paths = [...text.matchAll(/`((?:src|test|demo|\.github)\/[\w./-]*)`/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(10)
    const missing = await Promise.all(
      [...new Set(paths)].map(async (path) => {
        const isThere = await access(join(root, path)).then(
          () => true,
          () => false,
        )
        return isThere ? [] : path
      }),
    )
    expect(missing.flat()).toEqual([])
  })

  it('names only tests that exist, by their very titles', async () => {
    const named = proofsOf(text)
    expect(named.length).toBeGreaterThan(30)
    const missing = await Promise.all(
      named.map(async ([path, title]) =>
        titlesOf(await read(path)).includes(title) ? [] : `${path}: ${title}`,
      ),
    )
    expect(missing.flat()).toEqual([])
  })

  it('gives no address to write to, and no machine', () => {
    expect(text).not.toMatch(/[\w.]+@[\w-]+\.[a-z]{2,}(?!\.test|\/)\b(?<!evil\.test)/)
    expect(text).not.toMatch(/https?:\/\/(?!api\.example\.com@evil\.test)/)
  })
})

describe('the threat model', () => {
  const sections = threatModel.split(/^##+ /m).filter((section) => /^T\d/.test(section))

  it('has T1 to T24, in order', () => {
    const numbers = sections.map((section) => section.match(/^T(\d+) \S/)?.[1])
    expect(numbers).toEqual(Array.from({ length: 24 }, (_, index) => String(index + 1)))
  })

  it.each(sections.map((section) => [section.split('\n')[0] ?? '', section]))(
    'says of each what it is, how bad, what is done, what is left and what shows it: %s',
    (_, section) => {
      const parts = [...section.matchAll(/^- \*\*([^*]+)\.\*\* (.+)/gm)].map(([, part]) => part)
      expect(parts).toEqual(['Threat', 'Rated', 'Done', 'Left', 'Shown by'])
      expect(section).toMatch(/\*\*Rated\.\*\* (?:High|Medium|Low) → (?:high|medium|low|none)/)
      expect(section.match(/\*\*Done\.\*\*[\s\S]*?`(?:src|demo|\.github)\//)).not.toBeNull()
      expect(proofsOf(section).length).toBeGreaterThan(0)
    },
  )
})

describe('the list of requirements', () => {
  const rows = [...security.matchAll(/^\| (\d+\.\d+\.\d+) \|(.*)\|$/gm)].map(([, id = '', rest = '']) => ({
    id,
    cells: rest.split(' | ').map((cell) => cell.trim()),
  }))

  it('has each of them once, with its level', () => {
    const levels = rows.map(({ id, cells }) => [id, Number(cells[0])])
    expect(Object.fromEntries(levels)).toEqual(requirements)
    expect(levels).toHaveLength(Object.keys(requirements).length)
  })

  it.each(rows.map((row) => [row.id, row] as const))(
    'says of each whose it is, how far it is met, and what shows it: %s',
    (_, { cells }) => {
      const [, whose, fulfilled, how, shownBy] = cells
      expect(cells).toHaveLength(5)
      expect(whose).toMatch(/^(?:C|B|B, C|C, B)$/)
      expect(fulfilled).toMatch(/^(?:yes|partly|no)$/)
      expect(how).not.toBe('')
      expect(proofsOf(shownBy ?? '').length).toBeGreaterThan(0)
    },
  )
})
