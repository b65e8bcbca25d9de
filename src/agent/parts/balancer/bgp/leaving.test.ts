import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leases } from '#api/coordination/lease/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { LEAVING_LEASE } from '#objects/well-known.ts'
import { isLeaving } from './leaving.ts'

const namespace = 'fairlead-system'

test('an installation leaves for as long as its Lease says, and not where nobody can be asked', async () => {
  const clock = new HandClock()
  let isAway = false
  const client = new FakeClient({ clock, fault: () => (isAway ? new Error('no route') : undefined) })
  const now = clock.now()
  assert.equal(await isLeaving(client, namespace, now), false)
  const spec = { renewTime: new Date(now).toISOString(), leaseDurationSeconds: 300 }
  const metadata = { name: LEAVING_LEASE, namespace }
  await client.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }, { namespace })
  assert.equal(await isLeaving(client, namespace, now + 299_000), true)
  assert.equal(await isLeaving(client, namespace, now + 300_000), false)
  isAway = true
  assert.equal(await isLeaving(client, namespace, now), false)
})
