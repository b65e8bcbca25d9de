import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { at, listening, pod, service, slice } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const bare = service('web', '10.96.0.1', { selector: {} })
const named = (ports: readonly object[]) => service('web', '10.96.0.1', { selector: {}, ports })
const http = [{ name: 'http', port: 80, targetPort: 8080 }]
const client = pod('client', 1, 9, { labels: { app: 'client' } })
const first = at('10.244.1.11', 1)
const unready = (address: string) => at(address, 1, { ready: false })
const gone = at('10.244.1.77', 1)
const labelled = (
  name: string,
  labels: object,
  more: object = {},
  endpoints: readonly object[] = [first],
): EndpointSlice =>
  ({ ...slice('web', endpoints), metadata: { name, namespace: 'default', labels }, ...more }) as EndpointSlice
const six = { addressType: 'IPv6' }
const OF = 'kubernetes.io/service-name'
const mirror = { [OF]: 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' }
const [web, api] = [pod('web-1', 1, 11), pod('api', 2, 12, { labels: { app: 'api' } })]

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'no slice at all',
    () => diagnosed({ services: [bare], slices: [], pods: [client] }),
    {
      facts: {
        reason: 'no-selector',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        family: 'IPv4',
        hasOtherFamily: false,
        orphans: [],
        near: [],
        portName: '',
      },
      effects: [{ code: 'show-endpoints' }],
      commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
    },
  ],
  [
    'slices of the other family alone',
    () => diagnosed({ services: [bare], slices: [labelled('six', { [OF]: 'web' }, six)], pods: [client] }),
    {
      facts: {
        reason: 'no-selector',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        family: 'IPv4',
        hasOtherFamily: true,
        orphans: [],
        near: [],
        portName: '',
      },
      effects: [{ code: 'show-endpoints' }],
      commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
    },
  ],
  [
    'no slice for a port that has a name',
    () => diagnosed({ services: [named(http)], slices: [], pods: [client] }),
    {
      facts: {
        reason: 'no-selector',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        family: 'IPv4',
        hasOtherFamily: false,
        orphans: [],
        near: [],
        portName: 'http',
      },
      effects: [{ code: 'show-endpoints' }],
      commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
    },
  ],
  [
    'slices of Services that are not there, of none, of other namespaces and families, and empty ones',
    () =>
      diagnosed({
        services: [bare],
        pods: [client],
        slices: [
          labelled('empty', { [OF]: 'wbe' }, {}, []),
          labelled('six', { [OF]: 'wbe' }, six),
          labelled('shop', { [OF]: 'wbe' }, { metadata: { name: 'shop', namespace: 'shop' } }),
          labelled('none', {}),
          labelled('wbe', { [OF]: 'wbe' }),
          labelled('third', {}),
        ],
      }),
    {
      facts: {
        reason: 'no-selector',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        family: 'IPv4',
        hasOtherFamily: false,
        orphans: [
          { slice: { kind: 'EndpointSlice', namespace: 'default', name: 'none' } },
          { slice: { kind: 'EndpointSlice', namespace: 'default', name: 'wbe' }, service: 'wbe' },
        ],
        near: [],
        portName: '',
      },
      effects: [
        { code: 'label-slice', service: { kind: 'Service', namespace: 'default', name: 'web' } },
        { code: 'label-slice', service: { kind: 'Service', namespace: 'default', name: 'web' } },
        { code: 'show-endpoints' },
      ],
      commands: [
        'kubectl label endpointslice none -n default kubernetes.io/service-name=web --overwrite',
        'kubectl label endpointslice wbe -n default kubernetes.io/service-name=web --overwrite',
        'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
      ],
    },
  ],
  [
    'endpoints that are said not to be ready',
    () =>
      diagnosed({
        services: [bare],
        slices: [
          slice('web', [unready('10.244.1.11'), unready('10.244.1.12')]),
          labelled('other', { [OF]: 'web' }, {}, [unready('10.244.1.13')]),
        ],
      }),
    {
      facts: {
        reason: 'endpoints-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        addresses: ['10.244.1.11', '10.244.1.12', '10.244.1.13'],
        slices: [
          { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
          { kind: 'EndpointSlice', namespace: 'default', name: 'other' },
        ],
      },
      effects: [{ code: 'say-ready', address: '10.244.1.11' }],
      commands: [
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"add","path":"/endpoints/0/conditions/ready","value":true}]',
      ],
    },
  ],
  [
    'the second of a slice is not ready, nor has the first a condition',
    () => diagnosed({ services: [bare], slices: [slice('web', [{ addresses: [] }, unready('10.244.1.12')])] }),
    {
      facts: {
        reason: 'endpoints-not-ready',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        addresses: ['10.244.1.12'],
        slices: [{ kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' }],
      },
      effects: [{ code: 'say-ready', address: '10.244.1.12' }],
      commands: [
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"add","path":"/endpoints/1/conditions/ready","value":true}]',
      ],
    },
  ],
  [
    'a slice without a name for its port, which has one',
    () => diagnosed({ services: [named(http)], slices: [slice('web', [first], { port: 8080 })] }),
    {
      facts: {
        reason: 'endpoint-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        port: 80,
        protocol: 'TCP',
        portName: 'http',
        slices: [
          {
            slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
            ports: [{ port: 8080, protocol: 'TCP' }],
          },
        ],
      },
      effects: [{ code: 'name-port', name: 'http' }],
      commands: [
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"add","path":"/ports/0/name","value":"http"}]',
      ],
    },
  ],
  [
    'a slice of another protocol',
    () =>
      diagnosed({
        services: [named(http)],
        slices: [slice('web', [first], { name: 'http', port: 8080, protocol: 'UDP' })],
      }),
    {
      facts: {
        reason: 'endpoint-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        port: 80,
        protocol: 'TCP',
        portName: 'http',
        slices: [
          {
            slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
            ports: [{ port: 8080, protocol: 'UDP', name: 'http' }],
          },
        ],
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a slice of any port, whose name is another',
    () =>
      diagnosed({
        services: [named([{ port: 80 }])],
        slices: [slice('web', [first], { name: 'any', protocol: 'TCP' })],
      }),
    {
      facts: {
        reason: 'endpoint-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        port: 80,
        protocol: 'TCP',
        slices: [
          {
            slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
            ports: [{ protocol: 'TCP', name: 'any' }],
          },
        ],
      },
      effects: [{ code: 'name-port', name: '' }],
      commands: [
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"add","path":"/ports/0/name","value":""}]',
      ],
    },
  ],
  [
    'of ports that have other names the one that is likest',
    () =>
      diagnosed({
        services: [named([{ name: 'http', port: 80, targetPort: 'x' }])],
        slices: [
          {
            ...slice('web', [first]),
            ports: [
              { name: 'dns', port: 53, protocol: 'UDP' },
              { name: 'smtp', port: 25 },
              { name: 'htp', port: 8080 },
            ],
          } as EndpointSlice,
        ],
      }),
    {
      facts: {
        reason: 'endpoint-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        port: 80,
        protocol: 'TCP',
        portName: 'http',
        slices: [
          {
            slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
            ports: [
              { port: 53, protocol: 'UDP', name: 'dns' },
              { port: 25, protocol: 'TCP', name: 'smtp' },
              { port: 8080, protocol: 'TCP', name: 'htp' },
            ],
          },
        ],
      },
      effects: [{ code: 'name-port', name: 'http' }],
      commands: [
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"add","path":"/ports/2/name","value":"http"}]',
      ],
    },
  ],
  [
    'a slice that is empty has no say',
    () =>
      diagnosed({ services: [named(http)], slices: [slice('web', [], { name: 'htp', port: 8080 })], pods: [client] }),
    {
      facts: {
        reason: 'no-selector',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        family: 'IPv4',
        hasOtherFamily: false,
        orphans: [],
        near: [],
        portName: 'http',
      },
      effects: [{ code: 'show-endpoints' }],
      commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
    },
  ],
  [
    'an address that no pod has, of a slice written by hand; the pod of its name is meant',
    () =>
      diagnosed({
        services: [bare],
        slices: [slice('web', [first, { ...gone, targetRef: { kind: 'Pod', name: 'api' } }])],
        pods: [web, api, client],
      }),
    {
      facts: {
        reason: 'endpoint-gone',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '10.244.1.77',
        port: 8080,
        slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
        mirrored: false,
      },
      effects: [
        { code: 'lead-endpoint-to', pod: { kind: 'Pod', namespace: 'default', name: 'api' }, address: '10.244.2.12' },
        { code: 'take-endpoint-out' },
        { code: 'show-endpoints' },
      ],
      commands: [
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"replace","path":"/endpoints/1/addresses/0","value":"10.244.2.12"}]',
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"remove","path":"/endpoints/1"}]',
        'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
      ],
    },
  ],
  [
    'the pod whose name is likest is meant, if it is ready and listens there',
    () =>
      diagnosed({
        services: [bare],
        slices: [slice('web', [gone])],
        pods: [
          pod('web', 1, 30, { ready: false }),
          pod('web-0', 1, 31),
          pod('web-22', 1, 32),
          pod('shop', 1, 33, { namespace: 'shop' }),
          client,
        ],
        listening: { ...listening, 'pod/web-0': [], 'pod/web-22': [{ protocol: 'TCP', address: '::', port: 8080 }] },
      }),
    {
      facts: {
        reason: 'endpoint-gone',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '10.244.1.77',
        port: 8080,
        slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
        mirrored: false,
      },
      effects: [
        {
          code: 'lead-endpoint-to',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-22' },
          address: '10.244.1.32',
        },
        { code: 'show-endpoints' },
      ],
      commands: [
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"replace","path":"/endpoints/0/addresses/0","value":"10.244.1.32"}]',
        'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
      ],
    },
  ],
  [
    'no pod is like it: it is taken out where others are',
    () => diagnosed({ services: [bare], slices: [slice('web', [gone, first])], pods: [api, client] }),
    {
      facts: {
        reason: 'endpoint-gone',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '10.244.1.11',
        port: 8080,
        slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
        mirrored: false,
      },
      effects: [{ code: 'take-endpoint-out' }, { code: 'show-endpoints' }],
      commands: [
        'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"remove","path":"/endpoints/1"}]',
        'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
      ],
    },
  ],
  [
    'the only one, and no pod is like it',
    () => diagnosed({ services: [bare], slices: [slice('web', [gone])], pods: [client] }),
    {
      facts: {
        reason: 'endpoint-gone',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '10.244.1.77',
        port: 8080,
        slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
        mirrored: false,
      },
      effects: [{ code: 'show-endpoints' }],
      commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
    },
  ],
  [
    'a mirror of Endpoints',
    () => diagnosed({ services: [bare], slices: [labelled('web-abc', mirror, {}, [gone])], pods: [client] }),
    {
      facts: {
        reason: 'endpoint-gone',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '10.244.1.77',
        port: 8080,
        slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
        mirrored: true,
      },
      effects: [{ code: 'show-endpoints-object' }],
      commands: ['kubectl get endpoints web -n default -o yaml'],
    },
  ],
  [
    'the EndpointSlice controller is late',
    () => diagnosed({ slices: [slice('web', [gone])], pods: [client, web] }),
    {
      facts: {
        reason: 'endpoint-gone',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '10.244.1.77',
        port: 8080,
        mirrored: false,
      },
      effects: [{ code: 'show-endpoints' }],
      commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`what is wrong with endpoints that people write: ${about}`, () => assert.deepEqual(got(), found))
