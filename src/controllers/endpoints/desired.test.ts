import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EndpointSubset } from '#api/core/endpoints/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { makeService } from '../testing/cluster.ts'
import { desiredEndpoints } from './desired.ts'

interface More {
  readonly ready?: boolean
  readonly deleted?: boolean
  readonly phase?: 'Running' | 'Succeeded' | 'Failed'
  readonly ips?: readonly string[]
  readonly spec?: Pod['spec']
}

const pod = (index: number, more: More = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `p${index}`,
    namespace: 'default',
    uid: `u${index}`,
    ...(more.deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: {
    nodeName: 'node-1',
    containers: [{ name: 'm', image: 'x', ports: [{ name: 'http', containerPort: 8080 }] }],
    ...more.spec,
  },
  status: {
    phase: more.phase ?? 'Running',
    podIPs: (more.ips ?? [`10.244.1.${index}`, `fd00::${index}`]).map((ip) => ({ ip })),
    conditions: [{ type: 'Ready', status: (more.ready ?? true) ? 'True' : 'False' }],
  },
})

const subsetsOf = (service: Service, ...pods: readonly Pod[]): readonly EndpointSubset[] =>
  desiredEndpoints(service, pods, undefined)?.subsets ?? []
/** `addresses | notReadyAddresses` of each subset. */
const shown = (service: Service, ...pods: readonly Pod[]): readonly string[] =>
  subsetsOf(service, ...pods).map(({ addresses = [], notReadyAddresses = [] }) =>
    [addresses, notReadyAddresses].map((list) => list.map(({ ip }) => ip).join(' ')).join(' | '),
  )
const web = (spec: Service['spec'] = {}): Service => makeService('web', spec)

test('pods that are ready and pods that are not stand apart; those that end or have ended do not stand there', () => {
  assert.deepEqual(shown(web(), pod(1), pod(2, { ready: false })), ['10.244.1.1 | 10.244.1.2'])
  assert.deepEqual(shown(web(), pod(1), pod(2, { deleted: true })), ['10.244.1.1 | '])
  for (const phase of ['Succeeded', 'Failed'] as const)
    assert.deepEqual(shown(web(), pod(1), pod(2, { phase })), ['10.244.1.1 | '])
  assert.deepEqual(shown(web(), pod(1), pod(2, { ips: [] })), ['10.244.1.1 | '])
})

test('under publishNotReadyAddresses unready and terminating pods are addresses like any other', () => {
  const published = web({ publishNotReadyAddresses: true })
  assert.deepEqual(shown(published, pod(1), pod(2, { ready: false }), pod(3, { deleted: true, ready: false })), [
    '10.244.1.1 10.244.1.2 10.244.1.3 | ',
  ])
  assert.deepEqual(
    shown(published, pod(1), pod(2, { phase: 'Succeeded' })),
    ['10.244.1.1 | '],
    'what has ended stays out',
  )
})

test('the addresses are those of the Service’s first family', () => {
  assert.deepEqual(shown(web({ ipFamilies: ['IPv4', 'IPv6'] }), pod(1)), ['10.244.1.1 | '])
  assert.deepEqual(shown(web({ ipFamilies: ['IPv6', 'IPv4'] }), pod(1)), ['fd00::1 | '])
  assert.deepEqual(shown(web({ ipFamilies: ['IPv6'] }), pod(1, { ips: ['10.244.1.1'] })), [])
})

test('pods whose named port has another number, or none, are in a subset of their own, or in none', () => {
  const other = (containerPort: number, name = 'http'): More => ({
    spec: { containers: [{ name: 'm', image: 'x', ports: [{ name, containerPort }] }] },
  })
  const subsets = subsetsOf(web(), pod(1), pod(2, other(9090)), pod(3, other(1, 'metrics')))
  assert.deepEqual(
    subsets.map(({ addresses, ports }) => [addresses?.map(({ ip }) => ip), ports]),
    [
      [['10.244.1.1'], [{ name: 'web', port: 8080, protocol: 'TCP' }]],
      [['10.244.1.2'], [{ name: 'web', port: 9090, protocol: 'TCP' }]],
    ],
  )
})

test('a headless Service without ports has addresses all the same, with the host names that it gives', () => {
  const headless = web({ clusterIP: 'None', ports: [] })
  const named = pod(1, { spec: { containers: [], hostname: 'db-0', subdomain: 'web' } })
  const elsewhere = pod(2, { spec: { containers: [], hostname: 'db-1', subdomain: 'other' } })
  const [subset] = subsetsOf(headless, named, elsewhere)
  assert.deepEqual(
    subset?.addresses?.map(({ ip, hostname }) => [ip, hostname]),
    [
      ['10.244.1.1', 'db-0'],
      ['10.244.1.2', undefined],
    ],
  )
  assert.equal(subset?.ports, undefined)
})

test('of more than a thousand the ready ones stay, and an annotation says that some are left out', () => {
  const pods = Array.from({ length: 1100 }, (_, index) =>
    pod(index, { ready: index >= 200, ips: [`10.244.${index >> 8}.${index & 255}`] }),
  )
  const wanted = desiredEndpoints(web(), pods, undefined)
  const [subset] = wanted?.subsets ?? []
  assert.deepEqual([subset?.addresses?.length, subset?.notReadyAddresses?.length], [900, 100])
  assert.equal(wanted?.metadata?.annotations?.['endpoints.kubernetes.io/over-capacity'], 'truncated')
  const fewer = desiredEndpoints(web(), pods.slice(0, 10), wanted)
  assert.equal(fewer?.metadata?.annotations?.['endpoints.kubernetes.io/over-capacity'], undefined)
})

test('a Service without a selector, of an external name or going away has no Endpoints of ours', () => {
  assert.equal(desiredEndpoints(web({ selector: {} }), [pod(1)], undefined), undefined)
  assert.equal(desiredEndpoints(web({ type: 'ExternalName' }), [pod(1)], undefined), undefined)
  const going = { ...web(), metadata: { ...web().metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
  assert.equal(desiredEndpoints(going, [pod(1)], undefined), undefined)
})
