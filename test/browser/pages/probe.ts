// The smallest page that shows that a TypeScript entry, with an import of its own, arrives in a browser.
import { messageOf } from '../engines/bounds.ts'

declare global {
  var probe: { describe(problem: unknown): string } | undefined
}

globalThis.probe = { describe: messageOf }
