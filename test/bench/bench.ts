import { measureDrain } from './drain.ts'
import { measureLoopback, measurePerCall } from './per-call.ts'

await measurePerCall()
await measureLoopback()
await measureDrain()
