import { startReferenceBackend } from './reference-backend.ts'
import { describeMigration } from './scenarios.ts'

describeMigration('failed-queue', startReferenceBackend, {
  expired: { succeeded: 10, refreshes: 1, isSignedIn: true },
  late: { succeeded: 2, refreshes: 2, isSignedIn: true },
  outage: { succeeded: 0, refreshes: 1, isSignedIn: false },
  endsOnServer: true,
})
