import { measureDrain } from './drain.ts'
import { measurePerCall } from './per-call.ts'

await measurePerCall()
await measureDrain()
