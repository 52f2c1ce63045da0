// Why libraries fail, where several do for the same reason; by the names of the scenarios. Looked up in their sources;
// what supertokens-website does was partly only seen.

export const coolDown =
  'on purpose, as its documentation says: within 5 seconds of a refresh a 401 is not blamed on the age of the token'
export const anyRefusal = 'any 401 starts a refresh: the token it was sent with is not compared'
export const noGate = 'only what has met its 401 waits; what is begun meanwhile goes out with the dead token'
export const oneForEach = 'each call refreshes for itself'
export const anyFailureIsTheEnd = 'any failure signs the user out'

/** Where the app makes the call: another timeout than its documentation has would be the app's doing. */
export const limitIsTheApps = {
  hangs: 'waits for the refresh without a limit, and the call in its documentation has none either',
}

export const waitsWithoutLimit = { hangs: 'waits for the refresh without a limit' }

export const deaf = 'nothing interrupts the wait for the refresh'

export const waitsForTheRefresh = { abort: deaf, timeout: deaf }

const twice = 'retries through the instance, so that interceptors and transforms run again'

export const retriesThroughInstance = { transform: twice, hooks: twice }

export const noTabs = { 'tabs-strict': 'each tab refreshes for itself' }

export const late = 'whoever is signed in when the answer comes, the token is taken'

export const commitsLate = { 'sign-out': late, 'user-switch': late }

export const diesWithThePage = {
  'reload-strict': 'the refresh is broken off with its page, and the spent token presented again',
}

const dropped = 'a refresh that fails leaves those who wait for it unsettled'

export const forgetsTheWaiting = {
  unavailable: dropped,
  limited: dropped,
  portal: dropped,
  lost: dropped,
  hangs: dropped,
  refused: dropped,
}

const clock = 'compares `exp` with the clock of the client'

export const comparesClocks = { 'clock-ahead': clock, 'clock-behind': clock, 'clock-slow': clock }
