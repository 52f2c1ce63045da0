import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** What a script has measured, and under what circumstances. */
export interface Figures {
  /** The day, as `YYYY-MM-DD`. */
  readonly date: string
  readonly command: string
  readonly machine: string
  /** Of what was measured and what it ran on, by the names of the packages. */
  readonly versions: Readonly<Record<string, string>>
}

const file = (name: string) => new URL(`./${name}.json`, import.meta.url)

export const readFigures = <T extends Figures>(name: string): T =>
  JSON.parse(readFileSync(file(name), 'utf8')) as T

/** Keeps a result as the last one, which the README has to agree with. */
export function saveFigures<T extends object>(
  name: string,
  figures: T & Omit<Figures, 'date' | 'machine'>,
): void {
  const circumstances = { date: new Date().toISOString().slice(0, 10), machine: machine() }
  writeFileSync(file(name), `${JSON.stringify({ ...circumstances, ...figures }, null, 2)}\n`)
}

export function machine(): string {
  const cores = cpus()
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores`
}

/** The versions of packages that are installed. */
export function versionsOf(...names: string[]): Record<string, string> {
  const { packages } = JSON.parse(
    readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
  ) as { packages: Record<string, { version: string } | undefined> }
  return Object.fromEntries(
    names.map((name) => [name, packages[`node_modules/${name}`]?.version ?? 'unknown']),
  )
}

/** Where and with what, in a line. */
export function circumstances({ date, command, machine: on, versions }: Figures): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `\`${command}\`, ${date}, ${on}; ${list.join(', ')}.`
}
