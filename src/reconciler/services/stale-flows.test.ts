import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { forwardService } from '#forwarding/forward-service.ts'
import { staleFlows } from './stale-flows.ts'

const NODE = ['172.30.0.2', 'fd00:172:30::2']

function forwarding(endpoints: readonly string[], { type = 'NodePort', protocol = 'UDP' } = {}) {
  const service = {
    metadata: { namespace: 'default', name: 'dns' },
    spec: { type, clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], ports: [{ port: 53, protocol, nodePort: 30053 }] },
  } as unknown as Service
  const slice = {
    addressType: 'IPv4',
    endpoints: endpoints.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: '', protocol, port: 5353 }],
  } as unknown as EndpointSlice
  return forwardService(service, [slice], { name: 'n1', zone: undefined })
}

const texts = (...[before, after]: readonly (ReturnType<typeof forwarding> | undefined)[]) =>
  staleFlows(before, after, NODE)
    .map(
      ({ original, backend }) =>
        `${original.address ?? 'any'} ${original.port} from ${backend.address} ${backend.port}`,
    )
    .sort()

test('flows to an endpoint that is gone are stale at every frontend, and no others', () => {
  assert.deepEqual(texts(forwarding(['10.244.1.1', '10.244.1.2']), forwarding(['10.244.1.2', '10.244.1.3'])), [
    '10.96.0.9 53 from 10.244.1.1 5353',
    'any 30053 from 10.244.1.1 5353',
  ])
})

test('flows by a frontend that is gone are stale, and those by another stay', () => {
  const before = forwarding(['10.244.1.1'])
  assert.deepEqual(texts(before, forwarding(['10.244.1.1'], { type: 'ClusterIP' })), ['any 30053 from 10.244.1.1 5353'])
  assert.deepEqual(texts(before, undefined), ['10.96.0.9 53 from 10.244.1.1 5353', 'any 30053 from 10.244.1.1 5353'])
})

test('what went on untranslated is stale when the first endpoint comes, at a node port by each address of the node', () => {
  const first = ['10.96.0.9 53 from 10.96.0.9 53', '172.30.0.2 30053 from 172.30.0.2 30053']
  assert.deepEqual(texts(undefined, forwarding(['10.244.1.1'])), first)
  assert.deepEqual(texts(forwarding([]), forwarding(['10.244.1.1'])), first)
  assert.deepEqual(texts(forwarding([]), forwarding([])), [])
})

test('a port that is TCP now, under the name that it had, leaves no UDP flow', () => {
  const udp = forwarding(['10.244.1.1'])
  const tcp = forwarding(['10.244.1.1'], { protocol: 'TCP' })
  assert.deepEqual(texts(udp, tcp), texts(udp, undefined))
  assert.deepEqual(texts(tcp, udp), texts(undefined, udp))
})

test('TCP has no stale flows: it has an end that the kernel sees', () => {
  const tcp = { protocol: 'TCP' }
  assert.deepEqual(texts(forwarding(['10.244.1.1'], tcp), forwarding(['10.244.1.2'], tcp)), [])
})
