import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leases } from '#api/coordination/lease/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { keepNodeLease } from './node-lease.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('a Lease is made, says how long it holds, and is renewed four times in that', async () => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  const stop = new AbortController()
  const kept = keepNodeLease(
    client,
    leases,
    { name: 'n1', uid: 'u1', seconds: 4 },
    { clock, signal: stop.signal, onError: (error) => assert.fail(String(error)) },
  )
  const spec = () => client.all(leases)[0]?.spec
  await turns()
  assert.equal(spec()?.leaseDurationSeconds, 4)
  const seen = new Set([spec()?.renewTime])
  for (let second = 0; second < 4; second++) {
    clock.advance(999)
    await turns()
    clock.advance(1)
    await turns()
    seen.add(spec()?.renewTime)
  }
  assert.equal(seen.size, 5)
  assert.equal(client.all(leases)[0]?.metadata?.ownerReferences?.[0]?.uid, 'u1')
  stop.abort()
  await kept
})

test('a server that does not take a Lease is told of, and asked again in a second, both to renew and to make it', async () => {
  const clock = new HandClock()
  const errors: string[] = []
  let refused: string | undefined = 'patch'
  const client = new FakeClient({
    clock,
    fault: (verb) => (verb === refused ? new Error(`no ${verb}`) : undefined),
  })
  const stop = new AbortController()
  const node = { name: 'n1', uid: 'u1', seconds: 40 }
  const onError = (error: unknown): void => void errors.push((error as Error).message)
  const kept = keepNodeLease(client, leases, node, { clock, signal: stop.signal, onError })
  await turns()
  assert.deepEqual([errors, clock.next], [['no patch'], 1000])
  refused = 'create'
  clock.advance(1000)
  await turns()
  assert.deepEqual([errors, clock.next], [['no patch', 'no create'], 1000])
  refused = undefined
  clock.advance(1000)
  await turns()
  assert.deepEqual([client.all(leases).length, clock.next], [1, 10_000])
  stop.abort()
  await kept
  assert.equal(clock.pending, 0)
})
