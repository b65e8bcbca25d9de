import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Service } from '#api/core-v1.ts'
import type { EndpointSlice } from '#api/discovery-v1.ts'
import { eligibleNodes, loadBalancerTargets, mergeTargets } from './load-balancer.ts'

const node = (name: string, ready = 'True', labels = {}): Node =>
  ({ metadata: { name, labels }, status: { conditions: [{ type: 'Ready', status: ready }] } }) as unknown as Node
const service = (spec: object, ingress: object[] = [{ ip: '172.30.255.1' }]): Service =>
  ({ spec: { type: 'LoadBalancer', ...spec }, status: { loadBalancer: { ingress } } }) as unknown as Service
const slice = (...endpoints: object[]): EndpointSlice =>
  ({ addressType: 'IPv4', endpoints }) as unknown as EndpointSlice
const everyone = ['node-1', 'node-2', 'node-3']
const targets = (...args: Parameters<typeof loadBalancerTargets>) => Object.fromEntries(loadBalancerTargets(...args))

test('eligibleNodes() are those that are Ready, not excluded and not being deleted', () => {
  const leaving = { ...node('e'), metadata: { name: 'e', deletionTimestamp: '2026-01-01T00:00:00Z' } } as Node
  const excluded = node('d', 'True', { 'node.kubernetes.io/exclude-from-external-load-balancers': '' })
  assert.deepEqual(eligibleNodes([node('c'), node('a'), node('b', 'Unknown'), excluded, leaving]), ['a', 'c'])
})

test('loadBalancerTargets() is every eligible node under policy Cluster, and external IPs count like ingresses', () => {
  assert.deepEqual(targets(service({}), [], everyone), { '172.30.255.1': everyone })
  assert.deepEqual(targets(service({ type: 'ClusterIP', externalIPs: ['172.30.255.9'] }), [], everyone), {
    '172.30.255.9': everyone,
  })
  assert.deepEqual(targets(service({}, [{ ip: '172.30.255.1', ipMode: 'Proxy' }, { hostname: 'x' }]), [], everyone), {})
  assert.deepEqual(targets(service({}), [], []), {})
})

test('loadBalancerTargets() under policy Local is the nodes with a ready endpoint of the same family', () => {
  const local = service({ externalTrafficPolicy: 'Local' }, [{ ip: '172.30.255.1' }, { ip: 'fd00::1' }])
  const slices = [
    slice(
      { nodeName: 'node-2', conditions: {} },
      { nodeName: 'node-1', conditions: { ready: false } },
      { conditions: {} },
    ),
  ]
  assert.deepEqual(targets(local, slices, everyone), { '172.30.255.1': ['node-2'] })
  const ending = slice({ nodeName: 'node-3', conditions: { ready: false, serving: true, terminating: true } })
  assert.deepEqual(targets(local, [ending], everyone), { '172.30.255.1': ['node-3'] })
  assert.deepEqual(targets(local, [...slices, ending], everyone), { '172.30.255.1': ['node-2'] })
})

test('mergeTargets() sends a shared address where all its Services can be served, else where any can', () => {
  const one = new Map([
    ['a', ['node-1', 'node-2']],
    ['b', ['node-1']],
  ])
  const two = new Map([
    ['a', ['node-2', 'node-3']],
    ['b', ['node-2']],
  ])
  assert.deepEqual(Object.fromEntries(mergeTargets([one, two])), { a: ['node-2'], b: ['node-1', 'node-2'] })
})
