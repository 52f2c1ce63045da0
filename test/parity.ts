import { describeAborts } from './parity/aborts.ts'
import { describeAnswers } from './parity/answers.ts'
import { describeChallenges } from './parity/challenges.ts'
import type { MakeClient } from './parity/client.ts'
import { describeCsrf } from './parity/csrf.ts'
import { describeExceptions } from './parity/exceptions.ts'
import { describeFailures } from './parity/failures.ts'
import { describeOneRefresh } from './parity/one-refresh.ts'
import { describeRequestEvents } from './parity/request-events.ts'
import { describeRules } from './parity/rules.ts'

/** What must hold for axios and fetch alike. */
export function describeClient(name: string, makeClient: MakeClient): void {
  describeOneRefresh(name, makeClient)
  describeAnswers(name, makeClient)
  describeChallenges(name, makeClient)
  describeExceptions(name, makeClient)
  describeFailures(name, makeClient)
  describeAborts(name, makeClient)
  describeCsrf(name, makeClient)
  describeRules(name, makeClient)
  describeRequestEvents(name, makeClient)
}
