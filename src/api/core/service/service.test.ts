import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareForUpdate } from '#api/catalogue/prepare.ts'
import type { ApiObject } from '#api/resource.ts'
import { created, kindOf, rowOf } from '#api/testing/refusals.ts'
import { service as kind } from './kind.ts'
import {
  allocatesNodePorts,
  externallyAccessible,
  isHeadless,
  needsClusterIP,
  needsHealthCheckNodePort,
  needsNodePort,
} from './needs.ts'

const service = (spec: object, more: object = {}): any => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's' },
  spec,
  ...more,
})
const specOf = (object: object): object => (created(object) as any).spec

test('what a Service leaves out is filled in by its type', () => {
  const always = { sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' }
  const cases: readonly (readonly [object, object])[] = [
    [{}, { ...always, type: 'ClusterIP' }],
    [{ type: 'NodePort' }, { ...always, type: 'NodePort', externalTrafficPolicy: 'Cluster' }],
    [
      { type: 'LoadBalancer' },
      { ...always, type: 'LoadBalancer', externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true },
    ],
    [{ type: 'ExternalName' }, { type: 'ExternalName', sessionAffinity: 'None' }],
    [{ type: 'Magic' }, { type: 'Magic', sessionAffinity: 'None' }],
    [
      { externalIPs: ['192.0.2.1'] },
      { ...always, type: 'ClusterIP', externalIPs: ['192.0.2.1'], externalTrafficPolicy: 'Cluster' },
    ],
    [
      { type: 'ExternalName', externalIPs: ['192.0.2.1'] },
      { type: 'ExternalName', sessionAffinity: 'None', externalIPs: ['192.0.2.1'] },
    ],
    [
      {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Local',
        allocateLoadBalancerNodePorts: false,
      },
      {
        type: 'LoadBalancer',
        sessionAffinity: 'None',
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Local',
        allocateLoadBalancerNodePorts: false,
      },
    ],
    [
      { sessionAffinity: 'ClientIP' },
      {
        ...always,
        type: 'ClusterIP',
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      },
    ],
    [
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } },
      {
        ...always,
        type: 'ClusterIP',
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } },
      },
    ],
    [{ sessionAffinityConfig: { clientIP: {} } }, { ...always, type: 'ClusterIP' }],
    [
      {
        ports: [
          { port: 1 },
          { port: 2, targetPort: 0 },
          { port: 3, targetPort: '' },
          { port: 4, targetPort: 'a', protocol: 'UDP' },
          {},
        ],
      },
      {
        ...always,
        type: 'ClusterIP',
        ports: [
          { port: 1, protocol: 'TCP', targetPort: 1 },
          { port: 2, protocol: 'TCP', targetPort: 2 },
          { port: 3, protocol: 'TCP', targetPort: 3 },
          { port: 4, protocol: 'UDP', targetPort: 'a' },
          { protocol: 'TCP', targetPort: 0 },
        ],
      },
    ],
    [{ clusterIP: '' }, { ...always, type: 'ClusterIP' }],
    [{ clusterIP: 'None' }, { ...always, type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'] }],
    [
      { clusterIP: 'None', clusterIPs: [] },
      { ...always, type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'] },
    ],
    [
      { clusterIP: 'a', clusterIPs: ['b'] },
      { ...always, type: 'ClusterIP', clusterIP: 'a', clusterIPs: ['b'] },
    ],
  ]
  for (const [spec, expected] of cases) assert.deepEqual(specOf(service(spec)), expected, JSON.stringify(spec))
  assert.deepEqual(created({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, status: { x: 1 } }), {
    ...service({ ...always, type: 'ClusterIP' }),
    metadata: { name: 's', namespace: 'default' },
    status: { loadBalancer: {} },
  })
})

test('an address that a load balancer reports is its own, unless it says otherwise', () => {
  const ingress = (type: string): object => {
    const status = { loadBalancer: { ingress: [{ ip: 'a' }, { ip: 'b', ipMode: 'Proxy' }, { hostname: 'c' }] } }
    const object = service({ type }, { status })
    kind.defaults!(object)
    return object.status.loadBalancer.ingress
  }
  assert.deepEqual(ingress('LoadBalancer'), [
    { ip: 'a', ipMode: 'VIP' },
    { ip: 'b', ipMode: 'Proxy' },
    { hostname: 'c' },
  ])
  assert.deepEqual(ingress('ClusterIP'), [{ ip: 'a' }, { ip: 'b', ipMode: 'Proxy' }, { hostname: 'c' }])
})

test('what a Service needs follows from its type, and is asked in one place', () => {
  const needs = [
    isHeadless,
    needsClusterIP,
    needsNodePort,
    allocatesNodePorts,
    externallyAccessible,
    needsHealthCheckNodePort,
  ]
  const cases: readonly (readonly [object | undefined, string])[] = [
    [undefined, ' x    '],
    [{ type: '' }, ' x    '],
    [{ type: 'ClusterIP' }, ' x    '],
    [{ clusterIP: 'None' }, 'xx    '],
    [{ clusterIPs: ['None'] }, 'xx    '],
    [{ externalIPs: [] }, ' x    '],
    [{ externalIPs: ['192.0.2.1'] }, ' x  x '],
    [{ type: 'NodePort', externalTrafficPolicy: 'Local' }, ' xxxx '],
    [{ type: 'LoadBalancer' }, ' xxxx '],
    [{ type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, ' xxxxx'],
    [{ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }, ' xx x '],
    [{ type: 'ExternalName', externalIPs: ['192.0.2.1'] }, '      '],
  ]
  for (const [spec, marks] of cases)
    assert.equal(needs.map((need) => (need(service(spec!)) ? 'x' : ' ')).join(''), marks, JSON.stringify(spec))
})

const SINGLE = { clusterIP: 'a', clusterIPs: ['a'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' }
const DUAL = { clusterIP: 'a', clusterIPs: ['a', 'b'], ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack' }
const port = (more: object = {}): object => ({ port: 80, ...more })

test('an update keeps what was allocated and is left out, and gives back what the new type has no use for', () => {
  const cases: readonly (readonly [string, object, object, object])[] = [
    [
      'all of it, sent without',
      { type: 'ClusterIP', ...SINGLE },
      { type: 'ClusterIP' },
      { type: 'ClusterIP', ...SINGLE },
    ],
    ['what is sent counts', { ...SINGLE }, { ...DUAL }, { ...DUAL }],
    ['lists sent empty are left out', { ...DUAL }, { clusterIPs: [], ipFamilies: [] }, { ...DUAL }],
    ['nothing is made up', {}, { clusterIP: '' }, {}],
    [
      'the old field changed alone changes the new',
      { ...SINGLE },
      { ...SINGLE, clusterIP: 'c' },
      { ...SINGLE, clusterIP: 'c', clusterIPs: ['c'] },
    ],
    [
      'both changed stay as sent',
      { ...SINGLE },
      { ...SINGLE, clusterIP: 'c', clusterIPs: ['d'] },
      { ...SINGLE, clusterIP: 'c', clusterIPs: ['d'] },
    ],
    ['the old field alone makes the new', {}, { clusterIP: 'c' }, { clusterIP: 'c', clusterIPs: ['c'] }],
    [
      'the old field, and no new one',
      { ...SINGLE },
      { clusterIP: 'c' },
      { ...SINGLE, clusterIP: 'c', clusterIPs: ['c'] },
    ],
    ['the old field kept, the new one emptied', { ...SINGLE }, { clusterIP: 'a', clusterIPs: [] }, { ...SINGLE }],
    ['an address let go comes back', { ...SINGLE }, { clusterIPs: ['a'] }, { ...SINGLE }],
    [
      'the second family goes, its lists sent back as they were',
      DUAL,
      { ...DUAL, ipFamilyPolicy: 'SingleStack' },
      { ...SINGLE },
    ],
    [
      'lists that were sent otherwise stay',
      DUAL,
      { ...DUAL, clusterIPs: ['a', 'c'], ipFamilyPolicy: 'SingleStack' },
      { ...SINGLE, clusterIPs: ['a', 'c'] },
    ],
    [
      'one family before, and two lists',
      { ...DUAL, ipFamilyPolicy: 'SingleStack' },
      { ...DUAL, ipFamilyPolicy: 'SingleStack' },
      { ...DUAL, ipFamilyPolicy: 'SingleStack' },
    ],
    [
      'to a name, all addresses go',
      { type: 'ClusterIP', internalTrafficPolicy: 'Cluster', ...DUAL },
      { type: 'ExternalName', internalTrafficPolicy: 'Cluster', ...DUAL },
      { type: 'ExternalName' },
    ],
    [
      'to a name, addresses go where one of the two fields was sent back as it was',
      { type: 'ClusterIP', ...SINGLE },
      { type: 'ExternalName', ...SINGLE, clusterIPs: ['x'] },
      { type: 'ExternalName' },
    ],
    [
      'to a name, what is sent anew stays',
      { type: 'ClusterIP', internalTrafficPolicy: 'Cluster', ...DUAL },
      {
        type: 'ExternalName',
        internalTrafficPolicy: 'Local',
        clusterIP: 'x',
        clusterIPs: ['x'],
        ipFamilies: ['IPv6'],
        ipFamilyPolicy: 'SingleStack',
      },
      {
        type: 'ExternalName',
        internalTrafficPolicy: 'Local',
        clusterIP: 'x',
        clusterIPs: ['x'],
        ipFamilies: ['IPv6'],
        ipFamilyPolicy: 'SingleStack',
      },
    ],
    [
      'node ports stay with the names of their ports',
      { type: 'NodePort', ports: [port({ name: 'a', nodePort: 1 }), port({ name: 'b', nodePort: 2 })] },
      { type: 'LoadBalancer', ports: [port({ name: 'b' }), port({ name: 'c' }), port({ name: 'a' })] },
      {
        type: 'LoadBalancer',
        ports: [port({ name: 'b', nodePort: 2 }), port({ name: 'c' }), port({ name: 'a', nodePort: 1 })],
      },
    ],
    [
      'a node port given to another port is not given twice',
      { type: 'NodePort', ports: [port({ name: 'a', nodePort: 1 })] },
      { type: 'NodePort', ports: [port({ name: 'a' }), port({ name: 'b', nodePort: 1 })] },
      { type: 'NodePort', ports: [port({ name: 'a' }), port({ name: 'b', nodePort: 1 })] },
    ],
    [
      'a node port that is asked for counts',
      { type: 'NodePort', ports: [port({ nodePort: 1 })] },
      { type: 'NodePort', ports: [port({ nodePort: 3 })] },
      { type: 'NodePort', ports: [port({ nodePort: 3 })] },
    ],
    [
      'the only port has no name',
      { type: 'NodePort', ports: [port({ nodePort: 1 })] },
      { type: 'NodePort', ports: [port()] },
      { type: 'NodePort', ports: [port({ nodePort: 1 })] },
    ],
    [
      'to a ClusterIP, node ports and the policy go',
      {
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        ports: [port({ nodePort: 1 }), port({ name: 'b', nodePort: 2 })],
      },
      { type: 'ClusterIP', externalTrafficPolicy: 'Local', ports: [port({ nodePort: 1 }), port({ name: 'b' })] },
      { type: 'ClusterIP', ports: [port(), port({ name: 'b' })] },
    ],
    [
      'to a ClusterIP with node ports of its own, they stay and are refused',
      { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [port({ nodePort: 1 })] },
      { type: 'ClusterIP', externalTrafficPolicy: 'Cluster', ports: [port({ nodePort: 1 }), port({ nodePort: 3 })] },
      { type: 'ClusterIP', externalTrafficPolicy: 'Cluster', ports: [port({ nodePort: 1 }), port({ nodePort: 3 })] },
    ],
    [
      'a policy stays where it is still seen outside',
      { type: 'NodePort', externalTrafficPolicy: 'Local' },
      { type: 'ClusterIP', externalTrafficPolicy: 'Local', externalIPs: ['x'] },
      { type: 'ClusterIP', externalTrafficPolicy: 'Local', externalIPs: ['x'] },
    ],
    [
      'a balancer’s own fields go with it',
      {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 9,
        allocateLoadBalancerNodePorts: true,
        loadBalancerClass: 'c',
      },
      {
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 9,
        allocateLoadBalancerNodePorts: true,
        loadBalancerClass: 'c',
      },
      { type: 'NodePort', externalTrafficPolicy: 'Local' },
    ],
    [
      'a balancer’s own fields, changed, stay and are refused',
      {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 9,
        allocateLoadBalancerNodePorts: true,
        loadBalancerClass: 'c',
      },
      {
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 8,
        allocateLoadBalancerNodePorts: false,
        loadBalancerClass: 'd',
      },
      {
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 8,
        allocateLoadBalancerNodePorts: false,
        loadBalancerClass: 'd',
      },
    ],
    [
      'the check’s port stays with a local balancer',
      {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 9,
        allocateLoadBalancerNodePorts: true,
        loadBalancerClass: 'c',
      },
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local', loadBalancerClass: 'c' },
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 9, loadBalancerClass: 'c' },
    ],
    [
      'the check’s port that is asked for counts',
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 9 },
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 8 },
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 8 },
    ],
    [
      'no check’s port comes of none',
      { type: 'NodePort', healthCheckNodePort: 9 },
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
    ],
  ]
  for (const [what, before, next, expected] of cases) {
    const old = service(before)
    const object = service(structuredClone(next))
    prepareForUpdate(kind, object, old)
    assert.deepEqual(object.spec, expected, what)
    assert.deepEqual(old, service(before), what)
  }
  const bare = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } } as ApiObject
  const object = structuredClone(bare)
  prepareForUpdate(kind, object, bare)
  assert.deepEqual(object, { ...bare, spec: {} })
})

test('a Service is printed by its type', () => {
  const row = (spec: object, status: object = {}): readonly unknown[] =>
    rowOf({ ...service(spec), metadata: { name: 's', creationTimestamp: '2026-11-21T03:25:33Z' }, status })
  const ports = [{ port: 80 }, { port: 53, nodePort: 30053, protocol: 'UDP' }, {}]
  const PORTS = '80/TCP,53:30053/UDP,0/TCP'
  const balanced = { loadBalancer: { ingress: [{ ip: 'a' }, { hostname: 'h' }, { ip: 'a' }, {}] } }
  const cases: readonly (readonly [object, object, readonly unknown[]])[] = [
    [{}, {}, ['s', 'ClusterIP', '<none>', '<none>', '<none>', '5s', '<none>']],
    [
      { type: 'ClusterIP', clusterIP: 'x', ports, selector: { b: '2', a: '1' } },
      balanced,
      ['s', 'ClusterIP', 'x', '<none>', PORTS, '5s', 'a=1,b=2'],
    ],
    [
      { type: 'NodePort', clusterIP: 'x', clusterIPs: ['y', 'z'], externalIPs: ['e', 'f'] },
      {},
      ['s', 'NodePort', 'y', 'e,f', '<none>', '5s', '<none>'],
    ],
    [{ type: 'LoadBalancer' }, {}, ['s', 'LoadBalancer', '<none>', '<pending>', '<none>', '5s', '<none>']],
    [
      { type: 'LoadBalancer', externalIPs: ['e'] },
      balanced,
      ['s', 'LoadBalancer', '<none>', 'a,h,e', '<none>', '5s', '<none>'],
    ],
    [{ type: 'LoadBalancer', externalIPs: ['e'] }, {}, ['s', 'LoadBalancer', '<none>', 'e', '<none>', '5s', '<none>']],
    [{ type: 'ExternalName', externalName: 'n' }, {}, ['s', 'ExternalName', '<none>', 'n', '<none>', '5s', '<none>']],
    [{ type: 'ExternalName' }, {}, ['s', 'ExternalName', '<none>', '', '<none>', '5s', '<none>']],
    [{ type: 'Magic' }, {}, ['s', 'Magic', '<none>', '<unknown>', '<none>', '5s', '<none>']],
  ]
  for (const [spec, status, cells] of cases) assert.deepEqual(row(spec, status), cells)
  assert.deepEqual(rowOf({ apiVersion: 'v1', kind: 'Service' }), [
    '',
    'ClusterIP',
    '<none>',
    '<none>',
    '<none>',
    '<unknown>',
    '<none>',
  ])
})

test('who writes a Service is told what is ignored or deprecated', () => {
  const said = (spec: object, annotations = {}): readonly string[] =>
    kind.warnings!({ ...service(spec), metadata: { name: 's', annotations } })
  const ignored = 'is ignored for headless services'
  const canonical = (field: string): string =>
    `${field}: IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")`
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{}, []],
    [{ clusterIP: 'None', clusterIPs: ['None'], sessionAffinity: 'None' }, []],
    [
      { clusterIP: 'None', loadBalancerIP: '192.0.2.1', externalIPs: ['192.0.2.1'], sessionAffinity: 'ClientIP' },
      [`spec.loadBalancerIP ${ignored}`, `spec.externalIPs ${ignored}`, `spec.SessionAffinity ${ignored}`],
    ],
    [
      {
        clusterIP: 'FD00::1',
        clusterIPs: ['FD00::1'],
        externalIPs: ['192.0.2.1', 'FD00::1'],
        loadBalancerIP: 'FD00::1',
      },
      [
        canonical('spec.clusterIPs[0]'),
        canonical('spec.externalIPs[1]'),
        'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
        canonical('spec.loadBalancerIP'),
      ],
    ],
    [
      { type: 'ExternalName', externalName: 'n', externalIPs: ['192.0.2.1'] },
      ['spec.externalIPs is ignored when spec.type is "ExternalName"'],
    ],
    [{ externalName: 'n' }, ['spec.externalName is ignored when spec.type is not "ExternalName"']],
    [{ trafficDistribution: 'PreferSameNode', sessionAffinity: 'ClientIP' }, []],
    [
      { trafficDistribution: 'PreferClose' },
      ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
    ],
  ]
  for (const [spec, warnings] of cases) assert.deepEqual(said(spec), warnings)
  assert.deepEqual(said({}, { 'service.kubernetes.io/topology-aware-hints': 'auto' }), [
    'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
  ])
  assert.deepEqual(kind.warnings!({ apiVersion: 'v1', kind: 'Service' }), [])
  assert.equal(kindOf(service({})), kind)
})
