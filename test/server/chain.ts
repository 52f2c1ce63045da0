import { expect } from 'vitest'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import type { RefreshTokenRow } from '../../demo/server/store/rows.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { type Backend, type Browser, minute } from './backend.ts'

/** Another browser that has this refresh token, from wherever. */
export function holding({ browser }: Pick<Backend, 'browser'>, token: string): Browser {
  const page = browser()
  page.jar.set('__Host-sr_rt', token)
  return page
}

/** Refreshes so often, a minute apart; answers all tokens that the page had, the oldest first. */
export async function grow({ clock }: Backend, page: Browser, rotations: number): Promise<string[]> {
  const tokens = [page.held()]
  for (let rotation = 0; rotation < rotations; rotation++) {
    clock.advance(minute)
    expect(await page.refresh()).toMatchObject({ status: 200, cookies: [{}, {}] })
    tokens.push(page.held())
  }
  return tokens
}

/** The rows of these tokens as they are in the database. */
export function findRows(store: Store, tokens: readonly string[]): Promise<(RefreshTokenRow | undefined)[]> {
  return store.read(async (records) => {
    const rows: (RefreshTokenRow | undefined)[] = []
    for (const token of tokens) rows.push((await records.findToken(await hashToken(token)))?.token)
    return rows
  })
}

/** None of these tokens gets anybody in any more; asked in turn, so that the first cannot excuse the rest. */
export async function expectDead(backend: Backend, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) {
    const answer = await holding(backend, token).refresh()
    expect(answer).toMatchObject({ status: 401, body: { code: 'session_revoked' }, cookies: [] })
  }
}
