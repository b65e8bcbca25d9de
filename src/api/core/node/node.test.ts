import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'
import { node as kind } from './kind.ts'

const node = (spec: object = {}, more: object = {}): any => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  spec,
  ...more,
})
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const NAME =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

test('a node’s taints have a key, an effect that there is, and are unique by both; its ranges agree', () => {
  const taint = { key: 'a', effect: 'NoSchedule' }
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{}, []],
    [
      {
        taints: [
          taint,
          { ...taint, effect: 'NoExecute' },
          { ...taint, key: 'b', value: 'c', effect: 'PreferNoSchedule' },
        ],
      },
      [],
    ],
    [
      { taints: [{ key: 'a b', value: 'c d' }, { key: 'a', effect: 'Never' }, taint, { ...taint, value: 'x' }] },
      [
        `taints[0].key: Invalid value: "a b": ${NAME}`,
        `taints[0].value: Invalid value: "c d": ${VALUE}`,
        'taints[0].effect: Required value',
        'taints[1].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
        'taints[3]: Duplicate value: {"key":"a","effect":"NoSchedule","value":"x"}: taints must be unique by key and effect pair',
      ],
    ],
    [
      { taints: [{ effect: 'NoExecute' }] },
      ['taints[0].key: Invalid value: "": name part must be non-empty', `taints[0].key: Invalid value: "": ${NAME}`],
    ],
    [{ podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24', 'fd00::/64'] }, []],
    [{ podCIDR: '10.0.0.0/24' }, []],
    [{ podCIDRs: ['10.0.0.0/24'] }, []],
    [{ podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.1.0/24', 'x'] }, []],
    [
      { podCIDRs: ['10.0.1.0/24', 'x'] },
      ['podCIDRs[1]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
    [
      { podCIDRs: ['10.0.1.0/24', '10.0.2.0/24'] },
      ['podCIDRs: Invalid value: ["10.0.1.0/24","10.0.2.0/24"]: may specify no more than one CIDR for each IP family'],
    ],
  ]
  for (const [spec, errors] of cases)
    assert.deepEqual(
      refusals(node(spec)),
      errors.map((error) => (error.startsWith('taints') ? `metadata.${error}` : `spec.${error}`)),
    )
  assert.deepEqual(refusals(node({}, { metadata: { name: 'N' } })), [`metadata.name: Invalid value: "N": ${SUBDOMAIN}`])
})

test('a node keeps its ranges and its provider once it has them', () => {
  const given = { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'], providerID: 'a' }
  const change = (spec: object, next: object): readonly string[] =>
    refusedChange(node(spec), (object) => {
      object.spec = next
    })
  assert.deepEqual(change({}, given), [])
  assert.deepEqual(change(given, { ...given, unschedulable: true }), [])
  assert.deepEqual(change(given, {}), [
    'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
  ])
  assert.deepEqual(change({}, { taints: [{ key: 'a' }] }), ['metadata.taints[0].effect: Required value'])
  const addresses = [
    { type: 'InternalIP', address: 'a' },
    { type: 'InternalIP', address: 'b' },
    { type: 'Hostname', address: 'a' },
  ]
  const status = (list: readonly object[]): readonly string[] =>
    refusedChange(node({}, { status: { addresses: list } }), () => {})
  assert.deepEqual(status(addresses), [])
  assert.deepEqual(status([...addresses, addresses[1]!]), [
    'status.addresses[3]: Duplicate value: {"Type":"InternalIP","Address":"b"}',
  ])
})

test('pods may have all that a node has, unless it says how much', () => {
  const allocatable = (status: object | undefined): object => {
    const object = node({}, { status })
    kind.defaults!(object)
    return object.status
  }
  const capacity = { cpu: '2' }
  assert.equal(allocatable(undefined), undefined)
  assert.deepEqual(allocatable({}), {})
  assert.deepEqual(allocatable({ capacity }), { capacity, allocatable: capacity })
  assert.deepEqual(allocatable({ capacity, allocatable: {} }), { capacity, allocatable: capacity })
  assert.deepEqual(allocatable({ capacity, allocatable: { cpu: '1' } }), { capacity, allocatable: { cpu: '1' } })
})

test('a node is printed with its state, its roles and what it reports', () => {
  const none = ['<none>', '<none>', '<unknown>', '<unknown>', '<unknown>']
  assert.deepEqual(rowOf({ apiVersion: 'v1', kind: 'Node' }), ['', 'Unknown', '<none>', '<unknown>', '', ...none])
  const ready = (status: string, spec: object = {}): unknown =>
    rowOf(node(spec, { status: { conditions: [{ type: 'Ready', status }] } }))[1]
  assert.deepEqual(
    [ready('True'), ready('False'), ready('Unknown'), ready('True', { unschedulable: true })],
    ['Ready', 'NotReady', 'NotReady', 'Ready,SchedulingDisabled'],
  )
  const labels = {
    'node-role.kubernetes.io/worker': '',
    'node-role.kubernetes.io/control-plane': 'x',
    'node-role.kubernetes.io/': '',
    'kubernetes.io/role': 'db',
    'kubernetes.io/roles': 'y',
  }
  const status = {
    addresses: [
      { type: 'ExternalIP', address: 'e' },
      { type: 'InternalIP', address: 'i' },
      { type: 'InternalIP', address: 'j' },
    ],
    nodeInfo: { kubeletVersion: 'v1', osImage: 'os', kernelVersion: 'k', containerRuntimeVersion: 'r' },
  }
  const metadata = { name: 'n', labels, creationTimestamp: '2026-11-21T03:25:37Z' }
  assert.deepEqual(rowOf(node({}, { metadata, status })), [
    ...['n', 'Unknown', 'control-plane,db,worker', '1s', 'v1'],
    ...['i', 'e', 'os', 'k', 'r'],
  ])
})
