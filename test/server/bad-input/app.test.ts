import { describe, expect, it } from 'vitest'
import { stores } from '../backend.ts'
import { openApp, type SignedInApp } from './app.ts'
import { type BadInput, expectRefusal } from './bad-input.ts'
import { oddRows } from './odd-rows.ts'
import { tables } from './tables.ts'
import { tryAll } from './try-all.ts'

describe.each(stores)('with the $kind store', { timeout: 60_000 }, ({ create }) => {
  const open = () => openApp(create())

  it.each(tables)('every bad %s is refused and changes nothing', async (_kind, rows) => {
    const app = await tryAll(rows, open, refuse)
    expect((await app.send(app.user.refresh())).status).toBe(200)
  })

  it('what only looks wrong is right', async () => {
    await tryAll(oddRows, open, async (row, { user, send }) => {
      const answer = await send(await row.send(user))
      expect(answer.status, answer.text).toBe(row.status)
      expect((await send(user.refresh())).status).toBe(200)
    })
  })
})

async function refuse(row: BadInput, app: SignedInApp): Promise<void> {
  const sent = await row.send(app.user)
  for (const request of sent) expectRefusal(await app.send(request), row, request)
  const { before, after, events } = await app.compare()
  expect(after).toEqual(before)
  expect(events).toEqual(sent.flatMap(() => row.audited ?? []))
}
