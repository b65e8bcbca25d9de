import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const address = (name: string, parentRef?: object): any => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: { name, creationTimestamp: '2026-11-21T03:25:08Z' },
  spec: parentRef && { parentRef },
})
const service = { resource: 'services', namespace: 'default', name: 'web' }
const cidr = (...cidrs: readonly string[]): any => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'more', creationTimestamp: '2026-11-21T03:25:08Z' },
  spec: { cidrs },
})

test('an IPAddress is named by its address, in its one form', () => {
  assert.deepEqual([...refusals(address('10.96.0.9', service)), ...refusals(address('fd00::9', service))], [])
  assert.deepEqual(refusals(address('fd00:0::9', service)), [
    'metadata.name: Invalid value: "fd00:0::9": must be in canonical form ("fd00::9")',
  ])
  assert.deepEqual(refusals(address('web', service)), [
    'metadata.name: Invalid value: "web": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ])
})

test('an IPAddress says who has it, and keeps that', () => {
  assert.deepEqual(refusals(address('10.96.0.9')), ['spec.parentRef: Required value'])
  assert.deepEqual(refusals(address('10.96.0.9', {})), [
    'spec.parentRef.resource: Required value',
    'spec.parentRef.name: Required value',
  ])
  assert.equal(refusals(address('10.96.0.9', { ...service, group: 'A B', namespace: 'a/b' })).length, 2)
  const refused = refusedChange(address('10.96.0.9', service), ({ spec }) => {
    spec.parentRef = { ...service, name: 'other' }
  })
  assert.match(refused[0]!, /^spec\.parentRef: Invalid value: .*field is immutable$/)
})

test('an IPAddress is listed with who has it', () => {
  assert.deepEqual(rowOf(address('10.96.0.9', service)), ['10.96.0.9', 'services/default/web', '30s'])
  const other = { group: 'lab.example', resource: 'gateways', name: 'edge' }
  assert.equal(rowOf(address('10.96.0.9', other))[1], 'gateways.lab.example/edge')
})

test('a ServiceCIDR has a range, or one of each family, which stay', () => {
  assert.deepEqual([...refusals(cidr('10.200.0.0/24')), ...refusals(cidr('10.200.0.0/24', 'fd00::/112'))], [])
  assert.deepEqual(refusals(cidr()), ['spec.cidrs: Required value: at least one CIDR required'])
  assert.match(refusals(cidr('10.0.0.0/8', 'fd00::/112', '11.0.0.0/8'))[0]!, /may only hold up to 2 values$/)
  for (const pair of [
    ['10.0.0.0/8', '11.0.0.0/8'],
    ['10.0.0.0/8', 'x'],
  ])
    assert.match(refusals(cidr(...pair))[0]!, /may specify no more than one IP for each IP family/)
  assert.deepEqual(refusals(cidr('fd00:0::/112')), [
    'spec.cidrs[0]: Invalid value: "fd00:0::/112": must be in canonical form ("fd00::/112")',
  ])
  assert.match(
    refusals(cidr('10.0.0.1/8'))[0]!,
    /^spec\.cidrs\[0\]: .*must not have bits set beyond the prefix length$/,
  )
  const refused = refusedChange(cidr('10.200.0.0/24'), ({ spec }) => {
    spec.cidrs = ['10.201.0.0/24']
  })
  assert.deepEqual(refused, ['spec.cidrs: Invalid value: ["10.201.0.0/24"]: field is immutable'])
  assert.deepEqual(rowOf(cidr('10.200.0.0/24', 'fd00::/112')), ['more', '10.200.0.0/24,fd00::/112', '30s'])
})
