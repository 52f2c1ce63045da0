import { execFileSync } from 'node:child_process'

/** Some tests meet the package as its users do, so what they meet has to be of today. */
export function setup(): void {
  execFileSync('npm', ['run', 'build'], { stdio: 'ignore', shell: process.platform === 'win32' })
}
