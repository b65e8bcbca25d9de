import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { settle } from '#agent/testing/loopback-network.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import { services } from '#api/core/service/resource.ts'
import type { Resource } from '#api/resource.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { TransportError } from '#client/wire/transport.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { SavedCaches } from './saved-caches.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-saved-'))
after(() => rmSync(folder, { recursive: true }))
const settings = { apiServers: ['https://a:6443'], clusterCidrs: ['10.244.0.0/16'], serviceCidrs: ['10.96.0.0/12'] }
const web = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } } as const

const agent = (isAway = false, given = settings) => {
  const clock = new HandClock()
  const fault = isAway ? () => new TransportError('API_UNREACHABLE', 'nobody answers') : undefined
  const client = new FakeClient({ clock, ...(fault && { fault }) })
  const ending = new AbortController()
  const { signal } = ending
  const saved = new SavedCaches({ folder: join(folder, 'cache'), settings: given, clock, signal, log: () => {} })
  const informers = new Informers(client, { clock, random: () => 0, signal, onMade: saved.keep })
  /** For all that waits, until a start has given the API server up. */
  const later = async () => {
    for (let turns = 0; turns < 60; turns++) {
      await settle()
      clock.advance(250)
    }
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { client, informers, saved, later, end: () => ending.abort() }
}

test('what an agent knew is there where no API server answers at its next start, and is of that cluster alone', async () => {
  const first = agent()
  await first.client.create(services, web)
  const cache = first.informers.for(services)
  first.informers.for(leases as unknown as Resource)
  await cache.hasSynced
  await settle()
  await first.saved.flush()
  first.end()
  assert.deepEqual(readdirSync(join(folder, 'cache')), ['services.core'], 'who leads now is not kept')
  assert.equal(statSync(join(folder, 'cache')).mode & 0o777, 0o700)
  assert.equal(statSync(join(folder, 'cache/services.core')).mode & 0o777, 0o600)
  const names = async (one: ReturnType<typeof agent>) => {
    const known = one.informers.for(services)
    await one.later()
    one.end()
    return known.lister.list().map(({ metadata }) => metadata?.name)
  }
  assert.deepEqual(await names(agent(true)), ['web'])
  assert.deepEqual(await names(agent(true, { ...settings, clusterCidrs: ['10.1.0.0/16'] })), [])
})
