import { expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { type Contract, freshness, openPage, type Wire } from './contract.ts'
import type { Call } from './visit.ts'

/** Signs out after the token has expired unseen. */
export async function leaveAfterExpiry(
  contract: Contract,
  refreshAnswer?: () => Response,
): Promise<{ calls: Call[]; signOut: Wire; error: unknown }> {
  const { refresh, signOut } = contract
  if (!signOut) throw new Error('There is no sign-out.')
  const page = await openPage(contract)
  await page.advance(freshness)
  page.backend.expire()
  if (refreshAnswer) page.instead.set(refresh.name, refreshAnswer)
  page.calls.length = 0
  const done = track(page.session.signOut())
  await page.advance(1000)
  expect(done.state).not.toBe('pending')
  expect(page.session.getSnapshot().status).toBe('unauthenticated')
  return { calls: page.calls, signOut, error: done.error }
}

/** The tests for backends that let nobody sign out without a valid token. */
export function leavesWithToken(contract: Contract): void {
  const { refresh, signOut } = contract

  it('refreshes before it signs out, if the token has expired', async () => {
    const { calls, error } = await leaveAfterExpiry(contract)
    expect(error).toBeUndefined()
    expect(calls.map(({ name }) => name)).toEqual([signOut?.name, refresh.name, signOut?.name])
  })

  it.each([400, 401])('has nothing left to do if that refresh is answered %i', async (status) => {
    const { calls, error } = await leaveAfterExpiry(contract, () => Response.json({}, { status }))
    expect(error).toBeUndefined()
    expect(calls).toHaveLength(2)
  })

  it('says so if that refresh fails', async () => {
    const { error } = await leaveAfterExpiry(contract, () => Response.json({}, { status: 503 }))
    expect(error).toMatchObject({ code: 'ERR_SIGN_OUT_FAILED' })
  })

  it.each([403, 500])('says so if the sign-out is answered %i', async (status) => {
    const page = await openPage(contract)
    if (signOut) page.instead.set(signOut.name, () => Response.json({}, { status }))
    const done = track(page.session.signOut())
    await page.advance(10_000)
    expect(done.error).toMatchObject({ code: 'ERR_SIGN_OUT_FAILED' })
  })

  it('says so if the sign-out is refused once more after a refresh', async () => {
    const page = await openPage(contract)
    if (signOut) page.instead.set(signOut.name, () => Response.json({}, { status: 401 }))
    const done = track(page.session.signOut())
    await page.advance(10_000)
    expect(done.error).toMatchObject({ code: 'ERR_SIGN_OUT_FAILED' })
    expect(page.callsTo(signOut?.name ?? '')).toHaveLength(2)
  })
}
