import type { Dialect } from './dialects.ts'
import * as lack from './lacks.ts'
import * as why from './reasons.ts'

export interface PeerCard {
  /** Also of its file in `peers/`. */
  readonly name: string
  readonly title: string
  /** In `node_modules`; nothing where it is no package. */
  readonly package?: string
  readonly dialect: Dialect
  /** How it is set up and mapped to the backend. */
  readonly mapped: string
  /** What it has no notion of, by its own documentation, and why: not counted. By the names of scenarios. */
  readonly lacks: Readonly<Record<string, string>>
  /** Why it fails, as looked up in its source. */
  readonly reasons: Readonly<Record<string, string>>
}

const cookie = 'the refresh token is the httpOnly cookie of the reference backend'
const body =
  'the refresh token goes through its hands, as its README has it: an endpoint in front of the backend translates'

export const peers: readonly PeerCard[] = [
  {
    name: 'silent-refresh-axios',
    title: 'silent-refresh (axios)',
    dialect: 'cookie',
    mapped: `two options, the URLs of refresh and sign-out; ${cookie}`,
    lacks: {},
    reasons: { fresh: why.coolDown },
  },
  {
    name: 'silent-refresh-fetch',
    title: 'silent-refresh (fetch)',
    dialect: 'cookie',
    mapped: 'the same',
    lacks: { transform: lack.axiosOnly, hooks: 'fetch has none' },
    reasons: { fresh: why.coolDown },
  },
  {
    name: 'axios-auth-refresh',
    title: 'axios-auth-refresh',
    package: 'axios-auth-refresh',
    dialect: 'cookie',
    mapped: `as in its README, but with \`deduplicateRefresh: false\`: by the default only the first of parallel 401s is retried; ${cookie}`,
    lacks: {
      ...lack.proactive,
      ...lack.signingInAndOut,
      foreign: lack.attachingIsTheApps,
      storage: lack.placeIsTheApps,
    },
    reasons: {
      late: why.anyRefusal,
      ...why.limitIsTheApps,
      ...why.waitsForTheRefresh,
      ...why.retriesThroughInstance,
      ...why.noTabs,
      ...why.diesWithThePage,
    },
  },
  {
    name: 'axios-jwt',
    title: 'axios-jwt',
    package: 'axios-jwt',
    dialect: 'body',
    mapped: `as in its README, with rotation; \`tokenExpireFudge\` is a fifth of the life of short tokens; ${body}`,
    lacks: { ...lack.retry, opaque: 'JWTs are its subject' },
    reasons: {
      ...why.limitIsTheApps,
      ...why.waitsForTheRefresh,
      ...why.noTabs,
      ...why.diesWithThePage,
      ...why.commitsLate,
      ...why.comparesClocks,
      foreign: 'sets the header on every request of the instance',
      storage: 'both tokens are in localStorage; an own storage in memory would lose the session by a reload',
    },
  },
  {
    name: 'supertokens-website',
    title: 'supertokens-website',
    package: 'supertokens-website',
    dialect: 'supertokens',
    mapped:
      'axios over its XMLHttpRequest, which passes aborts on as its fetch does not; `maxRetryAttemptsForSessionRefresh: 1`; ' +
      'its own protocol (all tokens in httpOnly cookies), which an endpoint in front of the backend speaks',
    lacks: lack.proactive,
    reasons: {
      begun: why.noGate,
      refused: 'an UNAUTHORISED event for each waiting call that finds the session gone',
      ...why.waitsWithoutLimit,
      'user-switch': 'saves the cookies and the front token of the late answer over those of the login',
      ...why.diesWithThePage,
    },
  },
  {
    name: 'token-refresh',
    title: 'token-refresh',
    package: 'token-refresh',
    dialect: 'body',
    mapped: `as in its README, signed out by its \`logout\`, that is, at terminal failures alone; ${body}`,
    lacks: { ...lack.proactive, ...lack.signingInAndOut, storage: lack.placeIsTheApps },
    reasons: {
      begun: why.noGate,
      ...why.waitsForTheRefresh,
      ...why.retriesThroughInstance,
      ...why.noTabs,
      ...why.diesWithThePage,
      foreign: 'sets the header on every request of the instance, and as its default',
    },
  },
  {
    name: 'axios-refresh-sync',
    title: 'axios-refresh-sync',
    package: 'axios-refresh-sync',
    dialect: 'body',
    mapped: `as in its README, timer and all; \`minutesBefore\` is a fifth of the life of short tokens; ${body}`,
    lacks: {},
    reasons: {
      late: why.anyRefusal,
      begun: why.noGate,
      limited: 'any status below 500 is the end',
      portal: 'stores what is not there (`undefined`) over the refresh token',
      ...why.waitsWithoutLimit,
      ...why.waitsForTheRefresh,
      ...why.retriesThroughInstance,
      'tabs-strict': 'other tabs hear of a refresh by the storage event, but begin their own before',
      ...why.diesWithThePage,
      ...why.commitsLate,
      foreign: 'refreshes for a 401 of any server, and retries with the token',
      storage: 'its tabs hear of each other by the token in localStorage',
    },
  },
  {
    name: 'fetch-extras',
    title: 'fetch-extras',
    package: 'fetch-extras',
    dialect: 'cookie',
    mapped: `\`withTokenRefresh\` in a pipeline with \`withHeaders\`, \`withHooks\` and \`withTimeout(15_000)\`; ${cookie}`,
    lacks: {
      ...lack.proactive,
      ...lack.signingInAndOut,
      transform: lack.axiosOnly,
      storage: lack.placeIsTheApps,
    },
    reasons: {
      late: 'on purpose, as its documentation says: a refresh is forgotten once it is over',
      begun: why.noGate,
      ...why.noTabs,
      ...why.diesWithThePage,
      foreign: 'refreshes for a 401 of any server, and retries with the token',
    },
  },
  {
    name: 'alova-server',
    title: 'alova (server)',
    package: 'alova',
    dialect: 'cookie',
    mapped:
      'createServerTokenAuthentication, as in its manual, but signed out only by a refusal; `timeout: 15_000`; ' +
      cookie,
    lacks: {
      ...lack.proactive,
      transform: lack.axiosOnly,
      foreign: lack.attachingIsTheApps,
      storage: lack.placeIsTheApps,
    },
    reasons: {
      late: why.anyRefusal,
      'always-401': 'there is no limit to its retries',
      ...why.forgetsTheWaiting,
      ...why.waitsForTheRefresh,
      hooks: 'retries through the instance',
      empty: 'what is falsy after a retry is taken for no retry: the caller gets the 401',
      ...why.noTabs,
      'user-switch': why.late,
      ...why.diesWithThePage,
    },
  },
  {
    name: 'alova-client',
    title: 'alova (client)',
    package: 'alova',
    dialect: 'cookie',
    mapped: `createClientTokenAuthentication, likewise; the end of a token counts from its arrival; ${cookie}`,
    lacks: {
      ...lack.retry,
      transform: lack.axiosOnly,
      foreign: lack.attachingIsTheApps,
      storage: lack.placeIsTheApps,
    },
    reasons: {
      ...why.forgetsTheWaiting,
      ...why.waitsForTheRefresh,
      ...why.noTabs,
      'user-switch': why.late,
      ...why.diesWithThePage,
    },
  },
  {
    name: 'ky',
    title: 'ky (recipe)',
    package: 'ky',
    dialect: 'cookie',
    mapped: `the \`afterResponse\` recipe of its README: that for \`beforeRetry\` has hooks run twice; ${cookie}`,
    lacks: {
      ...lack.proactive,
      ...lack.signingInAndOut,
      transform: lack.axiosOnly,
      storage: lack.placeIsTheApps,
    },
    reasons: {
      expired: why.oneForEach,
      rejected: why.oneForEach,
      refused: why.oneForEach,
      late: why.anyRefusal,
      begun: why.noGate,
      abort: why.deaf,
      ...why.noTabs,
      ...why.diesWithThePage,
      foreign: 'refreshes for a 401 of any server, and retries with the token',
    },
  },
  {
    name: 'failed-queue',
    title: 'the snippet',
    dialect: 'cookie',
    mapped: `\`isRefreshing\` and \`failedQueue\` over axios, as it goes round; ${cookie}`,
    lacks: lack.proactive,
    reasons: {
      late: why.anyRefusal,
      begun: why.noGate,
      unavailable: why.anyFailureIsTheEnd,
      limited: why.anyFailureIsTheEnd,
      lost: why.anyFailureIsTheEnd,
      ...why.limitIsTheApps,
      ...why.waitsForTheRefresh,
      ...why.retriesThroughInstance,
      ...why.noTabs,
      ...why.commitsLate,
      ...why.diesWithThePage,
      foreign: 'sets the header on every request of the instance',
      storage: 'the token is in localStorage',
    },
  },
]
