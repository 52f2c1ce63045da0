import type { Scenario } from './scenario.ts'
import { clock } from './scenarios/clock.ts'
import { expiry } from './scenarios/expiry.ts'
import { retry } from './scenarios/retry.ts'
import { session } from './scenarios/session.ts'
import { tabs } from './scenarios/tabs.ts'
import { trouble } from './scenarios/trouble.ts'

export const scenarios: readonly Scenario[] = [...expiry, ...trouble, ...retry, ...clock, ...tabs, ...session]
