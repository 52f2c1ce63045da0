import { startReferenceBackend } from './reference-backend.ts'
import { describeMigration } from './scenarios.ts'

describeMigration('fetch-extras', startReferenceBackend, {
  expired: { succeeded: 10, refreshes: 1, isSignedIn: true },
  late: { succeeded: 2, refreshes: 2, isSignedIn: true },
  outage: { succeeded: 0, refreshes: 1, isSignedIn: true },
  endsOnServer: true,
})
