import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

const endpoints = (...subsets: readonly object[]): any => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'e' },
  subsets,
})
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

test('Endpoints hold addresses with ports that have names where there are several', () => {
  const address = { ip: '10.0.0.1', hostname: 'h', nodeName: 'n.o' }
  const good = endpoints(
    { addresses: [address], ports: [{ port: 1 }] },
    {
      notReadyAddresses: [address],
      ports: [
        { name: 'a', port: 65535, protocol: 'UDP' },
        { name: 'b', port: 2, protocol: 'SCTP' },
      ],
    },
  )
  assert.deepEqual(refusals(good), [])
  assert.deepEqual(refusals({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e' } }), [])
  const bad = {
    addresses: [{ ip: '127.0.0.1', hostname: 'H', nodeName: '' }],
    notReadyAddresses: [{ ip: 'x' }],
    ports: [
      { name: 'A', port: 0 },
      { port: 65536, protocol: 'ICMP' },
    ],
  }
  const errors = [
    'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    `subsets[0].addresses[0].hostname: Invalid value: "H": ${LABEL}`,
    `subsets[0].addresses[0].nodeName: Invalid value: "": ${SUBDOMAIN}`,
    'subsets[0].notReadyAddresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    `subsets[0].ports[0].name: Invalid value: "A": ${LABEL}`,
    'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    'subsets[0].ports[1].name: Required value',
    'subsets[0].ports[1].port: Invalid value: 65536: must be between 1 and 65535, inclusive',
    'subsets[0].ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
  ]
  assert.deepEqual(refusals(endpoints(bad)), errors)
  assert.deepEqual(
    refusedChange(good, (object) => {
      object.subsets = [bad, {}]
      object.metadata.name = 'f'
    }),
    [
      'metadata.name: Invalid value: "f": field is immutable',
      ...errors,
      'subsets[1]: Required value: must specify `addresses` or `notReadyAddresses`',
    ],
  )
})

test('a port that says no protocol is one of TCP', () => {
  const ports = [{ port: 1 }, { port: 2, protocol: '' }, { port: 3, protocol: 'UDP' }]
  assert.deepEqual((created(endpoints({ addresses: [], ports }, {})) as any).subsets, [
    { addresses: [], ports: ['TCP', 'TCP', 'UDP'].map((protocol, at) => ({ port: at + 1, protocol })) },
    {},
  ])
})

test('Endpoints are printed as the first three addresses that are ready, port by port', () => {
  const row = (...subsets: readonly object[]): unknown => rowOf(endpoints(...subsets))[1]
  const two = [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }]
  assert.equal(row(), '<none>')
  assert.equal(rowOf({ apiVersion: 'v1', kind: 'Endpoints' })[1], '<none>')
  assert.equal(row({ notReadyAddresses: two, ports: [{ port: 80 }] }), '<none>')
  assert.equal(row({ addresses: two }), '10.0.0.1,fd00::1')
  assert.equal(row({ addresses: two, ports: [] }), '10.0.0.1,fd00::1')
  assert.equal(row({ ports: [] }), '<none>')
  assert.equal(row({ addresses: two, ports: [{ port: 80 }] }), '10.0.0.1:80,[fd00::1]:80')
  assert.equal(
    row({ addresses: two, ports: [{ port: 80 }, { port: 81 }] }),
    '10.0.0.1:80,[fd00::1]:80,10.0.0.1:81 + 1 more...',
  )
})
