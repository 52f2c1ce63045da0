// What a library has no notion of, by its own documentation.

export const proactive = { proactive: 'refreshes after a 401, never ahead of time' }

const session = 'signing in and out is the app’s own affair'

export const signingInAndOut = { 'tabs-sign-out': session, 'sign-out': session, 'user-switch': session }

const noRetry = 'looks at the time before it sends, never at a 401: there is no retry'

export const retry = {
  rejected: noRetry,
  late: noRetry,
  fresh: noRetry,
  bodies: noRetry,
  transform: noRetry,
  hooks: noRetry,
  empty: noRetry,
}

export const axiosOnly = 'there is no transformRequest'
export const attachingIsTheApps = 'which requests get the token is the app’s own affair'
export const placeIsTheApps = 'where the token is kept is the app’s own affair'
