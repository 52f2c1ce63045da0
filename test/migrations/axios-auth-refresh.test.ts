import { startReferenceBackend } from './reference-backend.ts'
import { describeMigration } from './scenarios.ts'

describeMigration('axios-auth-refresh', startReferenceBackend, {
  expired: { succeeded: 1, refreshes: 1, isSignedIn: true },
  late: { succeeded: 2, refreshes: 2, isSignedIn: true },
  outage: { succeeded: 0, refreshes: 1, isSignedIn: true },
  endsOnServer: true,
})
