/** One tab of an app, with whatever keeps its user signed in. */
export interface ContestantTab {
  get(path: string): Promise<unknown>
  signOut(): Promise<void>
  isSignedIn(): boolean
  close(): void
}

export interface Contestant {
  signIn(email: string, password: string): Promise<ContestantTab>
  /** Another tab of the same browser, once it knows who is signed in. */
  openTab(): Promise<ContestantTab>
}

/** `base` is the address of a backend of its own. */
export type Enter = (base: string) => Contestant
