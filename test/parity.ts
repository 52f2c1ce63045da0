import { describeAborts } from './parity/aborts.ts'
import { describeAnswers } from './parity/answers.ts'
import { describeChallenges } from './parity/challenges.ts'
import type { MakeClient } from './parity/client.ts'
import { describeExceptions } from './parity/exceptions.ts'
import { describeFailures } from './parity/failures.ts'
import { describeOneRefresh } from './parity/one-refresh.ts'

/** What must hold for axios and fetch alike. */
export function describeClient(name: string, makeClient: MakeClient): void {
  describeOneRefresh(name, makeClient)
  describeAnswers(name, makeClient)
  describeChallenges(name, makeClient)
  describeExceptions(name, makeClient)
  describeFailures(name, makeClient)
  describeAborts(name, makeClient)
}
