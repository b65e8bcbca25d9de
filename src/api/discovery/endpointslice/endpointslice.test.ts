import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'
import { endpointSlice as kind } from './kind.ts'

const slice = (more: object = {}): any => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 's' },
  addressType: 'IPv4',
  ...more,
})
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const VALID = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const addresses = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `10.0.${at >> 8}.${at & 255 || 1}`)

test('a slice holds addresses of one family, or names', () => {
  const of = (addressType: string, ...some: readonly string[]): readonly string[] =>
    refusals(slice({ addressType, endpoints: [{ addresses: some }] }))
  const at = 'endpoints[0].addresses[0]'
  assert.deepEqual(of('IPv4', '10.0.0.1'), [])
  assert.deepEqual(of('IPv6', 'fd00::1'), [])
  assert.deepEqual(of('FQDN', 'a.example.'), [])
  assert.deepEqual(of('FQDN', 'A'), [`${at}: Invalid value: "A": ${SUBDOMAIN}`])
  assert.deepEqual(of('IPv4', 'fd00::1'), [`${at}: Invalid value: "fd00::1": must be an IPv4 address`])
  assert.deepEqual(of('IPv6', '10.0.0.1'), [`${at}: Invalid value: "10.0.0.1": must be an IPv6 address`])
  assert.deepEqual(of('IPv4', 'x'), [`${at}: Invalid value: "x": ${VALID}`])
  assert.deepEqual(of('IPv6', '::1'), [
    `${at}: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)`,
  ])
  assert.deepEqual(of('', 'x'), ['addressType: Required value'])
  assert.deepEqual(of('IPX', 'x'), ['addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"'])
})

test('an endpoint has an address, a hundred at most, and names that are names', () => {
  assert.deepEqual(refusals(slice({ endpoints: [{ addresses: addresses(100), nodeName: 'n.o', hostname: 'h' }] })), [])
  assert.deepEqual(
    refusals(
      slice({
        endpoints: [{}, { addresses: addresses(101) }, { addresses: addresses(1), nodeName: '', hostname: 'H' }],
      }),
    ),
    [
      'endpoints[0].addresses: Required value: must contain at least 1 address',
      'endpoints[1].addresses: Too many: 101: must have at most 100 items',
      `endpoints[2].nodeName: Invalid value: "": ${SUBDOMAIN}`,
      `endpoints[2].hostname: Invalid value: "H": ${LABEL}`,
    ],
  )
  const many = (count: number): object => ({
    endpoints: Array(count).fill({ addresses: addresses(1) }),
    ports: [{ port: 0 }],
  })
  const port = 'ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'
  assert.deepEqual(refusals(slice(many(1000))), [port])
  assert.deepEqual(refusals(slice(many(1001))), ['endpoints: Too many: 1001: must have at most 1000 items'])
})

test('a slice’s ports have names of their own, and twenty thousand are enough', () => {
  assert.deepEqual(
    refusals(
      slice({
        ports: [
          { port: 1 },
          { name: '', port: 2, protocol: 'UDP' },
          { name: 'A', port: 65536, protocol: 'ICMP', appProtocol: '/a' },
          { name: 'b', protocol: 'SCTP', appProtocol: 'a.b/c' },
          { name: 'b', port: 65535 },
        ],
      }),
    ),
    [
      'ports[1].name: Duplicate value: ""',
      `ports[2].name: Invalid value: "A": ${LABEL}`,
      'ports[2].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
      'ports[2].port: Invalid value: 65536: must be between 1 and 65535, inclusive',
      'ports[2].appProtocol: Invalid value: "/a": prefix part must be non-empty',
      'ports[4].name: Duplicate value: "b"',
    ],
  )
  const ports = (count: number): object => ({
    ports: Array.from({ length: count }, (_, at) => ({ name: `p${at}`, port: 1 })),
  })
  assert.deepEqual(refusals(slice(ports(20_000))), [])
  assert.deepEqual(refusals(slice(ports(20_001))), ['ports: Too many: 20001: must have at most 20000 items'])
})

test('a slice keeps its family', () => {
  const changes = refusedChange(slice({ endpoints: [{ addresses: ['10.0.0.1'] }] }), (object) => {
    object.addressType = 'IPv6'
    object.metadata.name = 't'
  })
  assert.deepEqual(changes, [
    'metadata.name: Invalid value: "t": field is immutable',
    'endpoints[0].addresses[0]: Invalid value: "10.0.0.1": must be an IPv6 address',
    'addressType: Invalid value: "IPv6": field is immutable',
  ])
  assert.match(refusals(slice({ metadata: { name: 'S' } }))[0]!, /^metadata\.name: Invalid value: "S"/)
})

test('a port that says nothing is one of TCP without a name', () => {
  assert.deepEqual((created(slice({ ports: [{}, { name: 'a', protocol: 'UDP' }] })) as any).ports, [
    { name: '', protocol: 'TCP' },
    { name: 'a', protocol: 'UDP' },
  ])
})

test('all of a slice is counted as a change of it, but for what the server counts', () => {
  const content = (more: object): unknown =>
    kind.generation!(
      slice({ ...more, metadata: { name: 's', resourceVersion: '1', generation: 2, managedFields: [], ...more } }),
    )
  assert.deepEqual(
    content({ labels: { a: 'b' } }),
    slice({ labels: { a: 'b' }, metadata: { name: 's', labels: { a: 'b' } } }),
  )
  assert.deepEqual(kind.generation!(slice({ metadata: undefined })), slice({ metadata: {} }))
})

test('a slice is printed with the first three of its ports and addresses', () => {
  const name = ['s', 'IPv4']
  assert.deepEqual(rowOf(slice()), [...name, '<unset>', '<unset>', '<unknown>'])
  assert.deepEqual(rowOf(slice({ ports: [], endpoints: [{}] })), [...name, '<unset>', '<unset>', '<unknown>'])
  assert.deepEqual(
    rowOf(slice({ ports: [{ port: 80 }, {}], endpoints: [{ addresses: ['a', 'b'] }, { addresses: ['c', 'd', 'e'] }] })),
    [...name, '80,*', 'a,b,c + 2 more...', '<unknown>'],
  )
})
