import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { RecordType } from '#names/record.ts'
import { facts, service } from '../testing/cluster.ts'
import { askDns } from './facts-zone.ts'

/** Where an address leads back to, by the cluster’s DNS. */
const names = (address: string, services: readonly Service[]): readonly string[] => {
  const name = `${address.split('.').reverse().join('.')}.in-addr.arpa`
  const answer = askDns(facts({ services }))({ name, type: RecordType.PTR, class: 1 })
  return (answer?.answers ?? []).flatMap(({ data }) => (data.type === 'PTR' ? data.target : []))
}

test('an address leads back to the name of the Service that has it, and of no other', () => {
  const services = [service('api', '10.96.0.7'), service('web', '10.96.0.1')]
  assert.deepEqual(names('10.96.0.1', services), ['web.default.svc.cluster.local'])
  assert.deepEqual(names('10.96.0.7', services), ['api.default.svc.cluster.local'])
  assert.deepEqual(names('10.96.0.9', services), [])
})
