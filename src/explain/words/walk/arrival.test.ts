import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ArrivalEnd, Home } from '../../trace/walk/arrival.ts'
import { arrivalText, leavingText } from './arrival.ts'

const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' }
const declared = { container: 'web', name: 'http', port: 8080 }
const others = [
  { container: 'web', port: 9090 },
  { container: 'side', name: 'admin', port: 9091 },
]
const told = (end: ArrivalEnd, home?: Home) =>
  arrivalText({ address: '10.244.2.3', port: 8080, protocol: 'TCP', ...(home && { home }), end })

const ENDS: readonly (readonly [end: ArrivalEnd, text: string])[] = [
  [
    { code: 'pod', pod, listens: 'yes', declared, others: [] },
    '10.244.2.3; pod default/web-1 listens on 8080/TCP (container web, port http): delivered',
  ],
  [
    { code: 'pod', pod, listens: 'yes', declared: { container: 'web', port: 8080 }, others: [] },
    '10.244.2.3; pod default/web-1 listens on 8080/TCP (container web): delivered',
  ],
  [{ code: 'pod', pod, listens: 'yes', others }, '10.244.2.3; pod default/web-1 listens on 8080/TCP: delivered'],
  [
    { code: 'pod', pod, listens: 'unknown', others: [] },
    '10.244.2.3; pod default/web-1 gets it at 8080/TCP (declared by no container); whether it listens is not known',
  ],
  [
    { code: 'pod', pod, listens: 'loopback-only', declared, others: [] },
    '10.244.2.3; pod default/web-1 listens on 8080/TCP at its loopback address only: refused',
  ],
  [
    { code: 'pod', pod, listens: 'no', others },
    '10.244.2.3; pod default/web-1 does not listen on 8080/TCP (declared by no container, which declare 9090 and 9091 (admin)): refused',
  ],
  [
    { code: 'pod-told-otherwise', pod, told: [9090, 9091], others },
    '10.244.2.3; nothing translates 8080/TCP for a headless Service, and pod default/web-1 is told to listen on 9090 and 9091 (declared by no container, which declare 9090 and 9091 (admin))',
  ],
  [{ code: 'no-pod' }, '10.244.2.3; no pod has that address: unreachable'],
  [
    { code: 'program', onHost: false, listens: 'yes' },
    '10.244.2.3; a program of its own listens on 8080/TCP: delivered',
  ],
  [
    { code: 'program', onHost: true, listens: 'no' },
    '10.244.2.3 is the host, over the fabric; nothing listens on 8080/TCP there: refused',
  ],
  [
    { code: 'program', onHost: false, listens: 'loopback-only' },
    '10.244.2.3; nothing listens on 8080/TCP there: refused',
  ],
  [{ code: 'program', onHost: false, listens: 'unknown' }, '10.244.2.3; whether 8080/TCP is open there is not known'],
  [
    { code: 'health-check', onHost: false, service: { kind: 'Service', namespace: 'default', name: 'web' } },
    '10.244.2.3; the node’s proxy answers: the health check port of default/web',
  ],
  [
    { code: 'node-port-of-nobody', onHost: false },
    '10.244.2.3; no Service has the node port 8080/TCP, and other programs keep out of that range',
  ],
  [{ code: 'leaves', by: 'host' }, '10.244.2.3 lies outside of the cluster: it leaves by way of the host'],
]

test('where a packet ends is told with what listens there', () => {
  for (const [end, text] of ENDS) assert.equal(told(end), text)
})

test('where an address lives is told as the nodes see it that send there', () => {
  const end = { code: 'program', onHost: false, listens: 'yes' } as const
  assert.equal(
    told(end, { node: 'node-2', from: 'here' }),
    '10.244.2.3 is on this node; a program of its own listens on 8080/TCP: delivered',
  )
  assert.equal(
    told(end, { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' }),
    '10.244.2.3 is on node-2, by way of 172.30.0.3; a program of its own listens on 8080/TCP: delivered',
  )
  assert.equal(
    told(end, { node: 'node-2', from: 'either', via: '172.30.0.3' }),
    '10.244.2.3 is on node-2, by way of 172.30.0.3, or on this node already; a program of its own listens on 8080/TCP: delivered',
  )
  assert.equal(
    told(end, { node: 'node-2', from: 'elsewhere' }),
    '10.244.2.3 is on node-2, by way of its address; a program of its own listens on 8080/TCP: delivered',
  )
})

test('a packet for an address outside leaves by the host, by routes, or not at all', () => {
  assert.equal(
    leavingText('198.51.100.7', 'host'),
    '198.51.100.7 lies outside of the cluster: it leaves by way of the host',
  )
  assert.equal(
    leavingText('198.51.100.7', 'routes'),
    '198.51.100.7 is no pod and no node: it goes the way that the node’s own routes lead',
  )
  assert.equal(
    leavingText('198.51.100.7', 'nothing'),
    '198.51.100.7 lies outside of the cluster, and nothing is let out: unreachable',
  )
})
