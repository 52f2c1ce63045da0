/** What a user of a library gives along with a call. */
export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** A plain object is sent as JSON. */
  readonly body?: object
  readonly signal?: AbortSignal
  readonly timeout?: number
}

export interface Answer {
  readonly status: number
  readonly data: unknown
}

export interface Setting {
  /** Of the access tokens in milliseconds: who writes an app knows it. */
  readonly lifetime: number
  /** To be called when the library, or the app as its manual has it, takes the user for signed out. */
  onSignedOut(): void
}

export interface HookCounts {
  request(): void
  response(): void
}

/** An app whose user is kept signed in by one of the libraries. */
export interface Peer {
  start(setting: Setting): void | Promise<void>
  /** Rejects as the library does. Paths are relative to `/api`, or whole URLs. */
  call(path: string, options?: CallOptions): Promise<Answer>
  signIn(email: string, password: string): Promise<unknown>
  signOut(): Promise<unknown>
  isSignedIn(): boolean | Promise<boolean>
  /** Adds the interceptors or hooks of a user. */
  addHooks?(counts: HookCounts): void
  /** A call whose body is made by a `transformRequest` of the user's own. */
  callTransformed?(path: string, body: object): Promise<Answer>
}
