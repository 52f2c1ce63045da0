export { type DebugOptions, debug } from './debug/debug.ts'
