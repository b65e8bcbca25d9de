import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { at, facts, listening, node, pod, service, slice } from '../testing/cluster.ts'
import type { Question } from '../trace/question.ts'
import { resolveDestination } from './destination.ts'
import { resolveSource } from './source.ts'

const DNS = [
  { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
  { name: 'dns-tcp', port: 53, targetPort: 53 },
  { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
]
const balanced = (name: string, address: string, ingress: readonly object[]): Service => ({
  ...service(name, address, {
    type: 'LoadBalancer',
    ports: [{ port: 80, targetPort: 8080, nodePort: 30081 }],
  }),
  status: { loadBalancer: { ingress } } as never,
})
const external = (name: string, externalName: string | undefined) =>
  service(name, undefined, { type: 'ExternalName', externalName, ports: [] })
const six = (one: EndpointSlice): EndpointSlice => ({ ...one, addressType: 'IPv6' })
const { network } = facts()
const given = (more: Partial<ClusterFacts> = {}): ClusterFacts => {
  const base = facts()
  return {
    ...base,
    services: [
      ...base.services,
      service('dns', '10.96.0.3', { ports: DNS, clusterIPs: ['10.96.0.3', 'fd00:10:96::3'] }),
      balanced('lb', '10.96.0.4', [{ ip: '172.30.255.1' }]),
      balanced('pending', '10.96.0.5', []),
      service('bare', undefined, { clusterIP: 'None', clusterIPs: ['None'], ports: [{ port: 8080 }] }),
      service('portless', undefined, { clusterIP: 'None', clusterIPs: ['None'], ports: [] }),
      service('empty', undefined, { clusterIP: 'None', clusterIPs: ['None'] }),
      service('out', '10.96.0.6', { externalIPs: ['203.0.113.5'] }),
      service('shop', '10.96.0.7', {}, { namespace: 'shop' }),
      external('alias', 'Web.default.svc.cluster.local.'),
      external('alias-of-pod', 'web-0.bare.default.svc.cluster.local'),
      external('alias-of-alias', 'alias.default.svc.cluster.local'),
      external('loop', 'loop.default.svc.cluster.local'),
      external('away', 'example.com'),
      external('nameless', undefined),
    ],
    slices: [
      ...base.slices,
      slice('bare', [
        { ...at('10.244.2.11', 2), hostname: 'web-1' },
        { ...at('10.244.1.11', 1), hostname: 'web-0' },
      ]),
      six(slice('bare', [at('fd00:10:244:2::11', 2)])),
      six(slice('empty', [at('fd00:10:244:2::11', 2, { ready: false })])),
    ],
    pods: [
      ...base.pods,
      pod('four', 1, 40, {
        ports: [{ name: 'dns', containerPort: 53, protocol: 'UDP' }, { containerPort: 90 }],
        status: { podIPs: [{ ip: '10.244.1.40' }] },
      }),
      pod('new', 1, 41, { ports: [], status: { podIPs: [], phase: 'Pending' } }),
    ],
    namespaces: ['default', 'shop'],
    ...more,
  }
}
/** What is asked, Services by their names; or why the text is no destination. */
const asked = (to: string, question: Partial<Question> = {}, more: Partial<ClusterFacts> = {}): unknown => {
  const all = given(more)
  const whole = { from: 'pod/client', to, ...question }
  try {
    const { service: owner, deadEnd, ...found } = resolveDestination(all, whole, resolveSource(all, whole))
    const named = <T extends object>(of: T): object =>
      'service' in of ? { ...of, service: keyOf(of.service as Service) } : of
    const end = deadEnd && ('found' in deadEnd ? { ...deadEnd, found: named(deadEnd.found) } : named(deadEnd))
    return { ...found, ...(owner && { service: keyOf(owner) }), ...(end && { deadEnd: end }) }
  } catch (error) {
    return error instanceof ExplainError ? error.refusal : error
  }
}

type Row = readonly [to: string, destination: unknown, question?: Partial<Question>]
const SERVICES: readonly Row[] = [
  [
    'svc/web',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      service: 'default/web',
    },
  ],
  [
    'svc/web:80',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      service: 'default/web',
    },
  ],
  [
    'svc/web:81',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 81 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      service: 'default/web',
    },
  ],
  [
    'svc/web:http',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      service: 'default/web',
      deadEnd: { kind: 'port-missing', service: 'default/web', port: 'http', protocol: 'TCP' },
    },
  ],
  [
    'svc/web',
    {
      protocol: 'UDP',
      targets: [],
      steps: [],
      service: 'default/web',
      deadEnd: { kind: 'port-missing', service: 'default/web', port: undefined, protocol: 'UDP' },
    },
    { protocol: 'UDP' },
  ],
  [
    'svc/web',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      service: 'default/web',
      deadEnd: { kind: 'family-missing', service: 'default/web', addresses: ['10.96.0.1'] },
    },
    { family: 'IPv6' },
  ],
  [
    'svc/dns',
    {
      protocol: 'UDP',
      targets: [{ address: '10.96.0.3', port: 53 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'dns' },
          role: 'cluster-ip',
          addresses: ['10.96.0.3', 'fd00:10:96::3'],
          port: {
            chosen: { port: 53, protocol: 'UDP', name: 'dns' },
            of: [
              { port: 53, protocol: 'UDP', name: 'dns' },
              { port: 53, protocol: 'TCP', name: 'dns-tcp' },
              { port: 9153, protocol: 'TCP', name: 'metrics' },
            ],
          },
        },
      ],
      service: 'default/dns',
    },
  ],
  [
    'svc/dns',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.3', port: 53 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'dns' },
          role: 'cluster-ip',
          addresses: ['10.96.0.3', 'fd00:10:96::3'],
          port: {
            chosen: { port: 53, protocol: 'TCP', name: 'dns-tcp' },
            of: [
              { port: 53, protocol: 'UDP', name: 'dns' },
              { port: 53, protocol: 'TCP', name: 'dns-tcp' },
              { port: 9153, protocol: 'TCP', name: 'metrics' },
            ],
          },
        },
      ],
      service: 'default/dns',
    },
    { protocol: 'TCP' },
  ],
  [
    'svc/dns:dns-tcp',
    {
      protocol: 'TCP',
      targets: [{ address: 'fd00:10:96::3', port: 53 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'dns' },
          role: 'cluster-ip',
          addresses: ['10.96.0.3', 'fd00:10:96::3'],
        },
      ],
      service: 'default/dns',
    },
    { family: 'IPv6' },
  ],
  [
    'svc/dns:9153',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.3', port: 9153 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'dns' },
          role: 'cluster-ip',
          addresses: ['10.96.0.3', 'fd00:10:96::3'],
        },
      ],
      service: 'default/dns',
    },
  ],
  [
    'svc/dns:dns',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      service: 'default/dns',
      deadEnd: { kind: 'port-missing', service: 'default/dns', port: 'dns', protocol: 'TCP' },
    },
    { protocol: 'TCP' },
  ],
  [
    'svc/lb',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.4', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'lb' },
          role: 'cluster-ip',
          addresses: ['10.96.0.4'],
        },
      ],
      service: 'default/lb',
    },
  ],
  [
    'svc/lb',
    {
      protocol: 'TCP',
      targets: [{ address: '172.30.255.1', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'lb' },
          role: 'load-balancer',
          addresses: ['172.30.255.1'],
        },
      ],
      service: 'default/lb',
    },
    { from: 'host' },
  ],
  [
    'svc/lb',
    {
      protocol: 'TCP',
      targets: [{ address: '172.30.255.1', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'lb' },
          role: 'load-balancer',
          addresses: ['172.30.255.1'],
        },
      ],
      service: 'default/lb',
    },
    { from: '203.0.113.9' },
  ],
  [
    'svc/lb',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.4', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'lb' },
          role: 'cluster-ip',
          addresses: ['10.96.0.4'],
        },
      ],
      service: 'default/lb',
    },
    { from: 'node/node-1' },
  ],
  [
    'svc/pending',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.5', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'pending' },
          role: 'cluster-ip',
          addresses: ['10.96.0.5'],
        },
      ],
      service: 'default/pending',
    },
  ],
  [
    'svc/pending',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      service: 'default/pending',
      deadEnd: { kind: 'load-balancer-pending', service: 'default/pending' },
    },
    { from: 'host' },
  ],
  [
    'svc/bare',
    {
      protocol: 'TCP',
      targets: [
        { address: '10.244.1.11', port: 8080 },
        { address: '10.244.2.11', port: 8080 },
      ],
      steps: [
        {
          code: 'headless',
          service: { kind: 'Service', namespace: 'default', name: 'bare' },
          addresses: ['10.244.1.11', '10.244.2.11'],
        },
      ],
      byName: true,
      service: 'default/bare',
    },
  ],
  [
    'svc/bare',
    {
      protocol: 'TCP',
      targets: [{ address: 'fd00:10:244:2::11', port: 8080 }],
      steps: [
        {
          code: 'headless',
          service: { kind: 'Service', namespace: 'default', name: 'bare' },
          addresses: ['fd00:10:244:2::11'],
        },
      ],
      byName: true,
      service: 'default/bare',
    },
    { family: 'IPv6' },
  ],
  [
    'svc/bare:8081',
    {
      protocol: 'TCP',
      targets: [
        { address: '10.244.1.11', port: 8081 },
        { address: '10.244.2.11', port: 8081 },
      ],
      steps: [
        {
          code: 'headless',
          service: { kind: 'Service', namespace: 'default', name: 'bare' },
          addresses: ['10.244.1.11', '10.244.2.11'],
        },
      ],
      byName: true,
      service: 'default/bare',
    },
    { from: '10.244.1.9' },
  ],
  [
    'svc/portless',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      service: 'default/portless',
      deadEnd: { kind: 'port-missing', service: 'default/portless', port: undefined, protocol: 'TCP' },
    },
  ],
  [
    'svc/empty',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      service: 'default/empty',
      deadEnd: { kind: 'headless-empty', service: 'default/empty' },
    },
  ],
  [
    'svc/nobody:80',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      deadEnd: { kind: 'service-unknown', namespace: 'default', name: 'nobody', port: '80' },
    },
  ],
  [
    'svc/shop/shop',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.7', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'shop', name: 'shop' },
          role: 'cluster-ip',
          addresses: ['10.96.0.7'],
        },
      ],
      service: 'shop/shop',
    },
  ],
  [
    'svc/alias:80',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'external-name',
          service: { kind: 'Service', namespace: 'default', name: 'alias' },
          target: 'web.default.svc.cluster.local',
        },
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      service: 'default/web',
    },
  ],
  [
    'svc/away',
    {
      protocol: 'TCP',
      targets: [],
      steps: [
        {
          code: 'external-name',
          service: { kind: 'Service', namespace: 'default', name: 'away' },
          target: 'example.com',
        },
      ],
      service: 'default/away',
      deadEnd: { kind: 'external-name', service: 'default/away', target: 'example.com' },
    },
  ],
]
test('a Service is asked at its ClusterIP, from beside the nodes at its load balancer, and headless at its pods', () => {
  for (const [to, destination, question] of SERVICES) assert.deepEqual(asked(to, question), destination, to)
})

const NAMES: readonly Row[] = [
  [
    'web',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'name-of-service',
          name: 'web',
          fullName: 'web.default.svc.cluster.local',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
        },
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      byName: true,
      service: 'default/web',
    },
  ],
  [
    'web.default:80',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'name-of-service',
          name: 'web.default',
          fullName: 'web.default.svc.cluster.local',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
        },
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      byName: true,
      service: 'default/web',
    },
  ],
  [
    'shop.shop.svc.cluster.local.:80',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.7', port: 80 }],
      steps: [
        {
          code: 'name-of-service',
          name: 'shop.shop.svc.cluster.local.',
          fullName: 'shop.shop.svc.cluster.local',
          service: { kind: 'Service', namespace: 'shop', name: 'shop' },
        },
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'shop', name: 'shop' },
          role: 'cluster-ip',
          addresses: ['10.96.0.7'],
        },
      ],
      byName: true,
      service: 'shop/shop',
    },
  ],
  [
    'wbe',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      byName: true,
      deadEnd: { kind: 'name-unknown', name: 'wbe', namespace: 'default' },
    },
  ],
  [
    'localhost:80',
    { protocol: 'TCP', targets: [{ address: '127.0.0.1', port: 80 }], steps: [{ code: 'localhost' }], byName: false },
  ],
  [
    'localhost:80',
    { protocol: 'TCP', targets: [{ address: '::1', port: 80 }], steps: [{ code: 'localhost' }], byName: false },
    { family: 'IPv6' },
  ],
  [
    'web-0.bare:8080',
    {
      protocol: 'TCP',
      targets: [{ address: '10.244.1.11', port: 8080 }],
      steps: [
        {
          code: 'name-of-addresses',
          name: 'web-0.bare',
          fullName: 'web-0.bare.default.svc.cluster.local',
          addresses: ['10.244.1.11'],
        },
      ],
      byName: true,
    },
  ],
  ['web-0.bare', { code: 'DESTINATION_MALFORMED', why: 'name-without-port', to: 'web-0.bare' }],
  ['web-0.bare:http', { code: 'DESTINATION_MALFORMED', why: 'named-port-of-name', to: 'web-0.bare:http' }],
  [
    'web-0.bare:8080',
    { code: 'DESTINATION_MALFORMED', why: 'name-without-address', to: 'web-0.bare:8080' },
    { family: 'IPv6' },
  ],
  [
    'alias',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'name-of-service',
          name: 'alias',
          fullName: 'alias.default.svc.cluster.local',
          service: { kind: 'Service', namespace: 'default', name: 'alias' },
        },
        {
          code: 'external-name',
          service: { kind: 'Service', namespace: 'default', name: 'alias' },
          target: 'web.default.svc.cluster.local',
        },
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      byName: true,
      service: 'default/web',
    },
  ],
  [
    'alias-of-pod:8080',
    {
      protocol: 'TCP',
      targets: [{ address: '10.244.1.11', port: 8080 }],
      steps: [
        {
          code: 'name-of-service',
          name: 'alias-of-pod',
          fullName: 'alias-of-pod.default.svc.cluster.local',
          service: { kind: 'Service', namespace: 'default', name: 'alias-of-pod' },
        },
        {
          code: 'external-name',
          service: { kind: 'Service', namespace: 'default', name: 'alias-of-pod' },
          target: 'web-0.bare.default.svc.cluster.local',
        },
      ],
      byName: true,
    },
  ],
  [
    'alias-of-alias:80',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'name-of-service',
          name: 'alias-of-alias',
          fullName: 'alias-of-alias.default.svc.cluster.local',
          service: { kind: 'Service', namespace: 'default', name: 'alias-of-alias' },
        },
        {
          code: 'external-name',
          service: { kind: 'Service', namespace: 'default', name: 'alias-of-alias' },
          target: 'alias.default.svc.cluster.local',
        },
        {
          code: 'external-name',
          service: { kind: 'Service', namespace: 'default', name: 'alias' },
          target: 'web.default.svc.cluster.local',
        },
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      byName: true,
      service: 'default/web',
    },
  ],
  [
    'loop',
    {
      protocol: 'TCP',
      targets: [],
      steps: [
        {
          code: 'name-of-service',
          name: 'loop',
          fullName: 'loop.default.svc.cluster.local',
          service: { kind: 'Service', namespace: 'default', name: 'loop' },
        },
        {
          code: 'external-name',
          service: { kind: 'Service', namespace: 'default', name: 'loop' },
          target: 'loop.default.svc.cluster.local',
        },
      ],
      byName: true,
      service: 'default/loop',
      deadEnd: { kind: 'external-name', service: 'default/loop', target: 'loop.default.svc.cluster.local' },
    },
  ],
  [
    'away:443',
    {
      protocol: 'TCP',
      targets: [],
      steps: [
        {
          code: 'name-of-service',
          name: 'away',
          fullName: 'away.default.svc.cluster.local',
          service: { kind: 'Service', namespace: 'default', name: 'away' },
        },
        {
          code: 'external-name',
          service: { kind: 'Service', namespace: 'default', name: 'away' },
          target: 'example.com',
        },
      ],
      byName: true,
      service: 'default/away',
      deadEnd: { kind: 'external-name', service: 'default/away', target: 'example.com' },
    },
  ],
  [
    'nameless:80',
    {
      protocol: 'UDP',
      targets: [],
      steps: [
        {
          code: 'name-of-service',
          name: 'nameless',
          fullName: 'nameless.default.svc.cluster.local',
          service: { kind: 'Service', namespace: 'default', name: 'nameless' },
        },
        { code: 'external-name', service: { kind: 'Service', namespace: 'default', name: 'nameless' }, target: '' },
      ],
      byName: true,
      service: 'default/nameless',
      deadEnd: { kind: 'external-name', service: 'default/nameless', target: '' },
    },
    { protocol: 'UDP' },
  ],
  [
    'web.default:80',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      byName: true,
      deadEnd: {
        kind: 'dns-not-asked',
        name: 'web.default',
        found: { kind: 'service', service: 'default/web', fullName: 'web.default.svc.cluster.local' },
        other: { kind: 'machine' },
      },
    },
    { from: 'host' },
  ],
  [
    'web-0.bare.default:80',
    {
      protocol: 'TCP',
      targets: [],
      steps: [],
      byName: true,
      deadEnd: {
        kind: 'dns-not-asked',
        name: 'web-0.bare.default',
        found: { kind: 'addresses', addresses: ['10.244.1.11'], fullName: 'web-0.bare.default.svc.cluster.local' },
        other: { kind: 'outside' },
      },
    },
    { from: '203.0.113.9' },
  ],
]
test('a name is what the sender’s resolver finds, Services and pods, by way of other names', () => {
  for (const [to, destination, question] of NAMES) assert.deepEqual(asked(to, question), destination, to)
})

const ADDRESSES: readonly Row[] = [
  [
    '10.96.0.1',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'port-chosen',
          address: '10.96.0.1',
          port: { chosen: { port: 80, protocol: 'TCP' }, of: [{ port: 80, protocol: 'TCP' }] },
        },
      ],
    },
  ],
  [
    '10.96.0.3',
    {
      protocol: 'UDP',
      targets: [{ address: '10.96.0.3', port: 53 }],
      steps: [
        {
          code: 'port-chosen',
          address: '10.96.0.3',
          port: {
            chosen: { port: 53, protocol: 'UDP', name: 'dns' },
            of: [
              { port: 53, protocol: 'UDP', name: 'dns' },
              { port: 53, protocol: 'TCP', name: 'dns-tcp' },
              { port: 9153, protocol: 'TCP', name: 'metrics' },
            ],
          },
        },
      ],
    },
  ],
  ['10.96.0.3:53', { protocol: 'TCP', targets: [{ address: '10.96.0.3', port: 53 }], steps: [] }],
  ['10.96.0.3:53', { protocol: 'UDP', targets: [{ address: '10.96.0.3', port: 53 }], steps: [] }, { protocol: 'UDP' }],
  ['10.96.0.3:9999', { protocol: 'TCP', targets: [{ address: '10.96.0.3', port: 9999 }], steps: [] }],
  [
    '10.96.0.3',
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.3', port: 53 }],
      steps: [
        {
          code: 'port-chosen',
          address: '10.96.0.3',
          port: {
            chosen: { port: 53, protocol: 'TCP', name: 'dns-tcp' },
            of: [
              { port: 53, protocol: 'UDP', name: 'dns' },
              { port: 53, protocol: 'TCP', name: 'dns-tcp' },
              { port: 9153, protocol: 'TCP', name: 'metrics' },
            ],
          },
        },
      ],
    },
    { protocol: 'TCP' },
  ],
  [
    '10.96.0.3',
    { code: 'DESTINATION_MALFORMED', why: 'no-port', to: '10.96.0.3', address: '10.96.0.3' },
    { protocol: 'SCTP' },
  ],
  [
    '172.30.255.1',
    {
      protocol: 'TCP',
      targets: [{ address: '172.30.255.1', port: 80 }],
      steps: [
        {
          code: 'port-chosen',
          address: '172.30.255.1',
          port: { chosen: { port: 80, protocol: 'TCP' }, of: [{ port: 80, protocol: 'TCP' }] },
        },
      ],
    },
  ],
  [
    '203.0.113.5',
    {
      protocol: 'TCP',
      targets: [{ address: '203.0.113.5', port: 80 }],
      steps: [
        {
          code: 'port-chosen',
          address: '203.0.113.5',
          port: { chosen: { port: 80, protocol: 'TCP' }, of: [{ port: 80, protocol: 'TCP' }] },
        },
      ],
    },
  ],
  ['172.30.0.3:30081', { protocol: 'TCP', targets: [{ address: '172.30.0.3', port: 30081 }], steps: [] }],
  [
    '172.30.0.3',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'no-port',
      to: '172.30.0.3',
      address: '172.30.0.3',
      nodePorts: [
        { port: 30080, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'local' } },
        { port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'lb' } },
        { port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'pending' } },
      ],
    },
  ],
  ['10.96.0.99', { code: 'DESTINATION_MALFORMED', why: 'no-port', to: '10.96.0.99', address: '10.96.0.99' }],
  ['10.96.0.99:80', { protocol: 'TCP', targets: [{ address: '10.96.0.99', port: 80 }], steps: [] }],
  [
    'fd00:10:96::3:53',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'no-port',
      to: 'fd00:10:96::3:53',
      address: 'fd00:10:96::3:53',
      meant: { address: 'fd00:10:96::3', port: 53 },
    },
  ],
  [
    'fd00:10:96::99',
    { code: 'DESTINATION_MALFORMED', why: 'no-port', to: 'fd00:10:96::99', address: 'fd00:10:96::99' },
  ],
  [
    '10.96.0.1:80',
    { code: 'FAMILY_MISMATCH', why: 'address-of-other-family', to: '10.96.0.1:80', family: 'IPv6' },
    { family: 'IPv6' },
  ],
]
test('an address without a port means the first port of the Service that has it', () => {
  for (const [to, destination, question] of ADDRESSES) assert.deepEqual(asked(to, question), destination, to)
})

const OBJECTS: readonly Row[] = [
  ['pod/web-1:8080', { protocol: 'TCP', targets: [{ address: '10.244.1.11', port: 8080 }], steps: [] }],
  ['pod/web-1:http', { protocol: 'TCP', targets: [{ address: '10.244.1.11', port: 8080 }], steps: [] }],
  [
    'pod/web-1:https',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'port-not-declared',
      to: 'pod/web-1:https',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      port: 'https',
      declared: [{ port: 8080, protocol: 'TCP', name: 'http' }],
      open: [8080],
    },
  ],
  [
    'pod/web-1',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'port-not-declared',
      to: 'pod/web-1',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      declared: [{ port: 8080, protocol: 'TCP', name: 'http' }],
      open: [8080],
    },
  ],
  [
    'pod/web-1:http',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'port-not-declared',
      to: 'pod/web-1:http',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      port: 'http',
      declared: [],
      open: [],
    },
    { protocol: 'UDP' },
  ],
  [
    'pod/web-1:80',
    { protocol: 'TCP', targets: [{ address: 'fd00:10:244:1::11', port: 80 }], steps: [] },
    { family: 'IPv6' },
  ],
  ['pod/four:dns', { protocol: 'UDP', targets: [{ address: '10.244.1.40', port: 53 }], steps: [] }],
  [
    'pod/four',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'port-not-declared',
      to: 'pod/four',
      pod: { kind: 'Pod', namespace: 'default', name: 'four' },
      declared: [
        { port: 90, protocol: 'TCP' },
        { port: 53, protocol: 'UDP', name: 'dns' },
      ],
      open: [],
    },
  ],
  [
    'pod/four:80',
    {
      code: 'FAMILY_MISMATCH',
      why: 'object-of-other-family',
      object: { kind: 'Pod', namespace: 'default', name: 'four' },
      addresses: ['10.244.1.40'],
    },
    { family: 'IPv6' },
  ],
  [
    'pod/new:80',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'no-address-yet',
      object: { kind: 'Pod', namespace: 'default', name: 'new' },
    },
  ],
  [
    'pod/nobody:80',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'pod-unknown',
      pod: { kind: 'Pod', namespace: 'default', name: 'nobody' },
      near: [],
    },
  ],
  ['node/node-1:30080', { protocol: 'TCP', targets: [{ address: '172.30.0.2', port: 30080 }], steps: [] }],
  [
    'node/node-1:http',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'named-port-of-node',
      to: 'node/node-1:http',
      address: '172.30.0.2',
      nodePorts: [
        { port: 30080, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'local' } },
        { port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'lb' } },
        { port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'pending' } },
      ],
    },
  ],
  [
    'node/node-1',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'no-port',
      to: 'node/node-1',
      address: '172.30.0.2',
      nodePorts: [
        { port: 30080, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'local' } },
        { port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'lb' } },
        { port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'pending' } },
      ],
    },
  ],
  [
    'node/node-9:80',
    { code: 'DESTINATION_MALFORMED', why: 'node-unknown', node: 'node-9', nodes: ['node-1', 'node-2'] },
  ],
  [
    'default/web',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'no-destination',
      to: 'default/web',
      flaw: { kind: 'kind', meant: { kind: 'Service', namespace: 'default', name: 'web' } },
    },
  ],
  [
    'default/web-1',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'no-destination',
      to: 'default/web-1',
      flaw: { kind: 'kind', meant: { kind: 'Pod', namespace: 'default', name: 'web-1' } },
    },
  ],
  [
    'default/nobody',
    { code: 'DESTINATION_MALFORMED', why: 'no-destination', to: 'default/nobody', flaw: { kind: 'form' } },
  ],
  [
    'web:',
    {
      code: 'DESTINATION_MALFORMED',
      why: 'no-destination',
      to: 'web:',
      flaw: { kind: 'port', port: '', mayBeName: true },
    },
  ],
]
test('a pod and a node are asked at their own addresses; what else is written is refused with what may be meant', () => {
  for (const [to, destination, question] of OBJECTS) assert.deepEqual(asked(to, question), destination, to)
})

test('in a cluster of others a client outside asks node ports, and external addresses of nodes are turned to inner ones', () => {
  const outer = {
    ...node(2),
    status: {
      ...node(2).status,
      addresses: [...(node(2).status?.addresses ?? []), { type: 'ExternalIP', address: '203.0.113.3' }],
    },
  } as unknown as Node
  const foreign = { network: { ...network, foreign: true }, nodes: [node(1), outer] }
  const from = { from: '203.0.113.9' }
  assert.deepEqual(asked('203.0.113.3:30080', from, foreign), {
    protocol: 'TCP',
    targets: [{ address: '172.30.0.3', port: 30080 }],
    steps: [{ code: 'node-address-outside', address: '203.0.113.3', node: 'node-2', inner: '172.30.0.3' }],
  })
  assert.deepEqual(
    asked('203.0.113.3:30080', from),
    { protocol: 'TCP', targets: [{ address: '203.0.113.3', port: 30080 }], steps: [] },
    'in ours nothing turns them',
  )
  assert.deepEqual(asked('svc/local', from, foreign), {
    protocol: 'TCP',
    targets: [{ address: '172.30.0.3', port: 30080 }],
    steps: [
      {
        code: 'service-node-port',
        service: { kind: 'Service', namespace: 'default', name: 'local' },
        node: 'node-2',
        port: 30080,
      },
    ],
    service: 'default/local',
  })
  assert.deepEqual(
    asked('svc/local', {}, foreign),
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.2', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'local' },
          role: 'cluster-ip',
          addresses: ['10.96.0.2'],
        },
      ],
      service: 'default/local',
    },
    'a pod asks the ClusterIP',
  )
  assert.deepEqual(
    asked('svc/web', from, foreign),
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.1', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'web' },
          role: 'cluster-ip',
          addresses: ['10.96.0.1'],
        },
      ],
      service: 'default/web',
    },
    'it has no node port',
  )
  assert.deepEqual(
    asked('svc/local', from, { ...foreign, nodes: [] }),
    {
      protocol: 'TCP',
      targets: [{ address: '10.96.0.2', port: 80 }],
      steps: [
        {
          code: 'service-address',
          service: { kind: 'Service', namespace: 'default', name: 'local' },
          role: 'cluster-ip',
          addresses: ['10.96.0.2'],
        },
      ],
      service: 'default/local',
    },
    'there is no node',
  )
})

test('a node port is asked over the protocol that it has, and a port that no Service has over TCP', () => {
  const ports = [{ port: 80 }, { port: 53, protocol: 'UDP', nodePort: 30053 }]
  const services = [service('dns', '10.96.0.3', { type: 'NodePort', ports })]
  const over = (to: string) => (asked(to, {}, { services }) as { readonly protocol: string }).protocol
  assert.deepEqual(['172.30.0.3:30053', '172.30.0.3:53', '172.30.0.3:80'].map(over), ['UDP', 'TCP', 'TCP'])
})

test('where nobody looked, nothing is told to be open', () => {
  assert.deepEqual(asked('pod/web-1', {}, { listening: {} }), {
    code: 'DESTINATION_MALFORMED',
    why: 'port-not-declared',
    to: 'pod/web-1',
    pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
    declared: [{ port: 8080, protocol: 'TCP', name: 'http' }],
    open: [],
  })
  assert.deepEqual(asked('pod/web-1', { protocol: 'UDP' }, { listening }), {
    code: 'DESTINATION_MALFORMED',
    why: 'port-not-declared',
    to: 'pod/web-1',
    pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
    declared: [],
    open: [],
  })
})
