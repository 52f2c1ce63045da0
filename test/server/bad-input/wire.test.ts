import { describe, expect, it } from 'vitest'
import { type BadInput, expectRefusal, expectRefusedEarly } from './bad-input.ts'
import { framingRows } from './framing-rows.ts'
import { oddRows } from './odd-rows.ts'
import { proxyRows } from './proxy-rows.ts'
import { openServer, type RealServer } from './real-server.ts'
import { tables } from './tables.ts'
import { targetRows } from './target-rows.ts'
import { tryAll } from './try-all.ts'
import { toBytes } from './wire.ts'
import { expectWireRefusal, type WireInput } from './wire-input.ts'
import { wireOddRows } from './wire-odd-rows.ts'

/** What is inside a body or a token is the same however it came. */
const sentAsBytes = tables.filter(
  ([kind]) => kind !== 'access token' && kind !== 'email, password or reset token',
)

const open = () => openServer()

describe('over the wire', { timeout: 60_000 }, () => {
  it.each(sentAsBytes)('every bad %s is refused and changes nothing', async (_kind, rows) => {
    const sendable = rows.filter(({ wire }) => wire !== 'never')
    await expectAlive(await tryAll(sendable, open, refuse))
  })

  it.each([
    ['request line or Host', targetRows],
    ['framing or header line', framingRows],
  ])('every bad %s is refused and changes nothing', async (_kind, rows) => {
    await expectAlive(await tryAll(rows, open, refuseBytes))
  })

  it('nothing that a proxy may pass on is believed blindly', async () => {
    await expectAlive(await tryAll(proxyRows, () => openServer({ trustProxy: true }), refuseBytes))
  })

  it('what only looks wrong is right', async () => {
    await tryAll(oddRows, open, async (row, server) => {
      const answer = await server.exchange(toBytes(await row.send(server.user), server.user.origin))
      expect(answer.status, answer.text).toBe(row.status)
      await expectAlive(server)
    })
    await tryAll(wireOddRows, open, async (row, server) => {
      const answer = await server.exchange(row.send(server.user))
      expect(answer.status, answer.text).toBe(row.status)
      await expectAlive(server)
    })
  })
})

async function refuse(row: BadInput, server: RealServer): Promise<void> {
  const sent = await row.send(server.user)
  for (const request of sent) {
    const answer = await server.exchange(toBytes(request, server.user.origin))
    if (row.wire === 'refused') expectRefusedEarly(answer)
    else expectRefusal(answer, row, request)
  }
  expectUntouched(
    server,
    sent.flatMap(() => row.audited ?? []),
  )
}

async function refuseBytes(row: WireInput, server: RealServer): Promise<void> {
  expectWireRefusal(await server.exchange(row.send(server.user)), row)
  expectUntouched(server, [])
}

function expectUntouched(server: RealServer, audited: string[]): void {
  const { before, after, events } = server.compare()
  expect(after).toEqual(before)
  expect(events).toEqual(audited)
  expect(server.errors.map(({ message }) => message)).toEqual([])
}

async function expectAlive({ exchange, user }: RealServer): Promise<void> {
  expect((await exchange(toBytes(user.refresh(), user.origin))).status).toBe(200)
}
