// Puts the last results of all scripts into the README.
import { readFileSync, writeFileSync } from 'node:fs'
import { fill } from './blocks.ts'

const readme = new URL('../../README.md', import.meta.url)
writeFileSync(readme, fill(readFileSync(readme, 'utf8')))
