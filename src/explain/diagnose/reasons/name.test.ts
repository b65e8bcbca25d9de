import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { at, facts, pod, service, slice, withoutDns } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const { network } = facts()
const shop = { namespace: 'shop' }
const services = [
  service('web', '10.96.0.1'),
  service('webs', '10.96.0.2', { ports: [{ name: 'http', port: 8080 }] }),
  service('wbe', '10.96.0.3', {}, shop),
  service('cart', '10.96.0.4', {}, shop),
  service('cart', '10.96.0.5', {}, { namespace: 'team' }),
]
const all = { services, namespaces: ['default', 'shop', 'team'] }
const external = (externalName: string) => ({
  services: [
    ...services,
    service('web-db', undefined, { clusterIP: 'None' }),
    service('alias', undefined, { type: 'ExternalName', externalName, ports: [] }),
  ],
})
const asking = (spec: object, more: object = {}): Pod => {
  const one = pod('client', 1, 9, { labels: { app: 'client', 'pod-template-hash': 'abc' }, spec })
  return { ...one, metadata: { ...one.metadata, ...more } } as Pod
}
const owned = { ownerReferences: [{ kind: 'ReplicaSet', name: 'client-abc', controller: true }] }
const deployments = [{ metadata: { name: 'client', namespace: 'default' }, spec: {} }] as unknown as Deployment[]
const own = { dnsPolicy: 'Default' }
const none = { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10'], searches: ['corp.example'] } }
const bare = service('db', undefined, { clusterIP: 'None', selector: { app: 'web' } })
const slices = [slice('db', [{ ...at('10.244.1.11', 1), hostname: 'db-0' }])]
const six = [
  { ...slice('db', [{ addresses: ['fd00:10:244:1::11'], hostname: 'db-0' }]), addressType: 'IPv6' },
] as typeof slices

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'a bare name that is like some of the sender’s namespace',
    () => diagnosed(all, { to: 'wbe:80' }),
    {
      facts: {
        reason: 'other-namespace',
        service: { kind: 'Service', namespace: 'default', name: 'wbe' },
        namespaces: ['shop'],
      },
      effects: [{ code: 'name-namespace', namespace: 'shop' }],
      commands: ['fairlead explain --from pod/client --to wbe.shop.svc.cluster.local:80'],
    },
  ],
  [
    'of those like it the ones that have the port',
    () => diagnosed(all, { to: 'wb:8080' }),
    {
      facts: {
        reason: 'dns-name-unknown',
        name: 'wb',
        cause: 'nothing',
        domain: 'cluster.local',
        near: ['webs.default.svc.cluster.local'],
      },
      effects: [{ code: 'ask-service-by-name', service: { kind: 'Service', namespace: 'default', name: 'webs' } }],
      commands: ['fairlead explain --from pod/client --to webs.default.svc.cluster.local:8080'],
    },
  ],
  [
    'of those like it the ones that have the port by its name',
    () => diagnosed(all, { to: 'wb:http' }),
    {
      facts: {
        reason: 'dns-name-unknown',
        name: 'wb',
        cause: 'nothing',
        domain: 'cluster.local',
        near: ['webs.default.svc.cluster.local'],
      },
      effects: [{ code: 'ask-service-by-name', service: { kind: 'Service', namespace: 'default', name: 'webs' } }],
      commands: ['fairlead explain --from pod/client --to webs.default.svc.cluster.local:http'],
    },
  ],
  [
    'a name with a namespace, both almost right',
    () => diagnosed(all, { to: 'wbe.shpo:80' }),
    {
      facts: {
        reason: 'other-namespace',
        service: { kind: 'Service', namespace: 'shpo', name: 'wbe' },
        namespaces: ['shop'],
      },
      effects: [{ code: 'name-namespace', namespace: 'shop' }],
      commands: ['fairlead explain --from pod/client --to wbe.shop.svc.cluster.local:80'],
    },
  ],
  [
    'a name that is in other namespaces',
    () => diagnosed(all, { to: 'cart:80' }),
    {
      facts: {
        reason: 'other-namespace',
        service: { kind: 'Service', namespace: 'default', name: 'cart' },
        namespaces: ['shop', 'team'],
      },
      effects: [
        { code: 'name-namespace', namespace: 'team' },
        { code: 'name-namespace', namespace: 'shop' },
      ],
      commands: [
        'fairlead explain --from pod/client --to cart.team.svc.cluster.local:80',
        'fairlead explain --from pod/client --to cart.shop.svc.cluster.local:80',
      ],
    },
  ],
  [
    'a name that is in others than the namespace that is asked',
    () => diagnosed(all, { to: 'cart.default' }),
    {
      facts: {
        reason: 'other-namespace',
        service: { kind: 'Service', namespace: 'default', name: 'cart' },
        namespaces: ['shop', 'team'],
      },
      effects: [
        { code: 'name-namespace', namespace: 'team' },
        { code: 'name-namespace', namespace: 'shop' },
      ],
      commands: [
        'fairlead explain --from pod/client --to cart.team.svc.cluster.local',
        'fairlead explain --from pod/client --to cart.shop.svc.cluster.local',
      ],
    },
  ],
  [
    'a name of svc without its namespace',
    () => diagnosed(all, { to: 'cart.svc:80' }),
    {
      facts: {
        reason: 'dns-name-unknown',
        name: 'cart.svc',
        cause: 'nothing',
        domain: 'cluster.local',
        near: ['cart.shop.svc.cluster.local', 'cart.team.svc.cluster.local'],
      },
      effects: [
        { code: 'ask-service-by-name', service: { kind: 'Service', namespace: 'shop', name: 'cart' } },
        { code: 'ask-service-by-name', service: { kind: 'Service', namespace: 'team', name: 'cart' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to cart.shop.svc.cluster.local:80',
        'fairlead explain --from pod/client --to cart.team.svc.cluster.local:80',
      ],
    },
  ],
  [
    'a whole name of the wrong namespace',
    () => diagnosed(all, { to: 'cart.default.svc.cluster.local:80' }),
    {
      facts: {
        reason: 'dns-name-unknown',
        name: 'cart.default.svc.cluster.local',
        cause: 'nothing',
        domain: 'cluster.local',
        near: ['cart.team.svc.cluster.local', 'cart.shop.svc.cluster.local'],
      },
      effects: [
        { code: 'ask-service-by-name', service: { kind: 'Service', namespace: 'team', name: 'cart' } },
        { code: 'ask-service-by-name', service: { kind: 'Service', namespace: 'shop', name: 'cart' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to cart.team.svc.cluster.local:80',
        'fairlead explain --from pod/client --to cart.shop.svc.cluster.local:80',
      ],
    },
  ],
  [
    'a name like none',
    () => diagnosed(all, { to: 'zzzzzzzz' }),
    {
      facts: { reason: 'dns-name-unknown', name: 'zzzzzzzz', cause: 'nothing', domain: 'cluster.local', near: [] },
      effects: [],
      commands: [],
    },
  ],
  [
    'a name outside, where nothing is let out',
    () => diagnosed(all, { to: 'example.com:443' }),
    {
      facts: {
        reason: 'dns-name-unknown',
        name: 'example.com',
        cause: 'nothing',
        domain: 'cluster.local',
        near: [],
        letOut: false,
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a name outside, where packets are let out',
    () => diagnosed({ ...all, network: { ...network, egress: true } }, { to: 'nothing-like-it.example.org:443' }),
    {
      facts: {
        reason: 'dns-name-unknown',
        name: 'nothing-like-it.example.org',
        cause: 'nothing',
        domain: 'cluster.local',
        near: [],
        letOut: true,
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a node’s name',
    () => diagnosed(all, { to: 'node-1:80' }),
    {
      facts: { reason: 'dns-name-unknown', name: 'node-1', cause: 'node', addresses: ['172.30.0.2', 'fd00:172:30::2'] },
      effects: [{ code: 'ask-node-by-address' }],
      commands: ['fairlead explain --from pod/client --to node/node-1:80'],
    },
  ],
  [
    'a name that is too short for its search list',
    () => diagnosed({ ...all, pods: [asking(none)] }, { to: 'web.default:80' }),
    {
      facts: {
        reason: 'dns-name-unknown',
        name: 'web.default',
        cause: 'search-list',
        fullName: 'web.default.svc.cluster.local',
        sender: { kind: 'pod', namespace: 'default', name: 'client' },
        searches: ['corp.example'],
      },
      effects: [{ code: 'ask-whole-name' }],
      commands: ['fairlead explain --from pod/client --to web.default.svc.cluster.local:80'],
    },
  ],
  [
    'the host asks another DNS',
    () => diagnosed(all, { from: 'host', to: 'web.default:80' }),
    {
      facts: {
        reason: 'dns-not-asked',
        name: 'web.default',
        sender: { kind: 'host' },
        asks: { kind: 'machine' },
        servers: ['10.96.0.10'],
        fixed: false,
        service: { kind: 'Service', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'ask-address', asFound: true }],
      commands: ['fairlead explain --from host --to svc/default/web:80'],
    },
  ],
  [
    'a pod that nothing makes anew asks another DNS',
    () => diagnosed({ ...all, pods: [asking(own)] }, { to: 'web' }),
    {
      facts: {
        reason: 'dns-not-asked',
        name: 'web',
        sender: { kind: 'pod', namespace: 'default', name: 'client' },
        asks: { kind: 'policy', policy: 'Default', servers: [] },
        servers: ['10.96.0.10'],
        fixed: true,
        service: { kind: 'Service', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'ask-address', asFound: true }],
      commands: ['fairlead explain --from pod/client --to svc/default/web'],
    },
  ],
  [
    'a pod of a Deployment does',
    () => diagnosed({ ...all, pods: [asking(own, owned)], deployments }, { to: 'web:80' }),
    {
      facts: {
        reason: 'dns-not-asked',
        name: 'web',
        sender: { kind: 'pod', namespace: 'default', name: 'client' },
        asks: { kind: 'policy', policy: 'Default', servers: [] },
        servers: ['10.96.0.10'],
        fixed: false,
        service: { kind: 'Service', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'ask-address', asFound: true }, { code: 'let-pods-ask-dns' }],
      commands: [
        'fairlead explain --from pod/client --to svc/default/web:80',
        'kubectl patch deployment client -n default --type merge -p {"spec":{"template":{"spec":{"dnsPolicy":"ClusterFirst"}}}}',
      ],
    },
  ],
  [
    'one of its node’s network does',
    () => diagnosed({ ...all, pods: [asking({ ...own, hostNetwork: true }, owned)], deployments }, { to: 'web:80' }),
    {
      facts: {
        reason: 'dns-not-asked',
        name: 'web',
        sender: { kind: 'pod', namespace: 'default', name: 'client' },
        asks: { kind: 'policy', policy: 'Default', servers: [] },
        servers: ['10.96.0.10'],
        fixed: false,
        service: { kind: 'Service', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'ask-address', asFound: true }, { code: 'let-pods-ask-dns' }],
      commands: [
        'fairlead explain --from pod/client --to svc/default/web:80',
        'kubectl patch deployment client -n default --type merge -p {"spec":{"template":{"spec":{"dnsPolicy":"ClusterFirstWithHostNet"}}}}',
      ],
    },
  ],
  [
    'a name of a pod',
    () => diagnosed({ services: [bare], slices }, { from: 'host', to: 'db-0.db.default:8080' }),
    {
      facts: {
        reason: 'dns-not-asked',
        name: 'db-0.db.default',
        sender: { kind: 'host' },
        asks: { kind: 'machine' },
        servers: ['10.96.0.10'],
        fixed: false,
        addresses: ['10.244.1.11'],
      },
      effects: [{ code: 'ask-address', asFound: false }],
      commands: ['fairlead explain --from host --to 10.244.1.11:8080'],
    },
  ],
  [
    'a name of a pod of IPv6, without a port',
    () => diagnosed({ services: [bare], slices: six }, { from: 'host', to: 'db-0.db.default' }),
    {
      facts: {
        reason: 'dns-not-asked',
        name: 'db-0.db.default',
        sender: { kind: 'host' },
        asks: { kind: 'machine' },
        servers: ['10.96.0.10'],
        fixed: false,
        addresses: ['fd00:10:244:1::11'],
      },
      effects: [{ code: 'ask-address', asFound: false }],
      commands: ['fairlead explain --from host --to fd00:10:244:1::11'],
    },
  ],
  [
    'a name of a pod of IPv6, with a port',
    () => diagnosed({ services: [bare], slices: six }, { from: 'host', to: 'db-0.db.default:8080' }),
    {
      facts: {
        reason: 'dns-not-asked',
        name: 'db-0.db.default',
        sender: { kind: 'host' },
        asks: { kind: 'machine' },
        servers: ['10.96.0.10'],
        fixed: false,
        addresses: ['fd00:10:244:1::11'],
      },
      effects: [{ code: 'ask-address', asFound: false }],
      commands: ['fairlead explain --from host --to [fd00:10:244:1::11]:8080'],
    },
  ],
  [
    'a cluster without a DNS',
    () => diagnosed({ ...all, services: withoutDns().services }, { from: 'host', to: 'web.default:80' }),
    {
      facts: {
        reason: 'dns-not-asked',
        name: 'web.default',
        sender: { kind: 'host' },
        asks: { kind: 'machine' },
        servers: ['10.96.0.10'],
        fixed: false,
        service: { kind: 'Service', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'ask-address', asFound: true }],
      commands: ['fairlead explain --from host --to svc/default/web:80'],
    },
  ],
  [
    'an ExternalName that is like some',
    () => diagnosed(external('wbe.default.svc.cluster.local'), { to: 'svc/alias:80' }),
    {
      facts: {
        reason: 'external-name',
        service: { kind: 'Service', namespace: 'default', name: 'alias' },
        target: 'wbe.default.svc.cluster.local',
        outside: false,
        letOut: false,
      },
      effects: [
        { code: 'lead-to', service: { kind: 'Service', namespace: 'default', name: 'web' }, isHeadless: false },
        { code: 'lead-to', service: { kind: 'Service', namespace: 'shop', name: 'wbe' }, isHeadless: false },
        { code: 'ask-that-service' },
      ],
      commands: [
        'kubectl patch service alias -n default --type merge -p {"spec":{"externalName":"web.default.svc.cluster.local"}}',
        'kubectl patch service alias -n default --type merge -p {"spec":{"externalName":"wbe.shop.svc.cluster.local"}}',
        'fairlead explain --from pod/client --to svc/default/web:80',
      ],
    },
  ],
  [
    'an ExternalName of one label',
    () => diagnosed(external('webdb'), { to: 'svc/alias' }),
    {
      facts: {
        reason: 'external-name',
        service: { kind: 'Service', namespace: 'default', name: 'alias' },
        target: 'webdb',
        outside: false,
        letOut: false,
      },
      effects: [
        { code: 'lead-to', service: { kind: 'Service', namespace: 'default', name: 'web-db' }, isHeadless: true },
        { code: 'lead-to', service: { kind: 'Service', namespace: 'default', name: 'web' }, isHeadless: false },
        { code: 'ask-that-service' },
      ],
      commands: [
        'kubectl patch service alias -n default --type merge -p {"spec":{"externalName":"web-db.default.svc.cluster.local"}}',
        'kubectl patch service alias -n default --type merge -p {"spec":{"externalName":"web.default.svc.cluster.local"}}',
        'fairlead explain --from pod/client --to svc/default/web-db',
      ],
    },
  ],
  [
    'an ExternalName outside',
    () => diagnosed(external('example.com'), { to: 'svc/alias:443' }),
    {
      facts: {
        reason: 'external-name',
        service: { kind: 'Service', namespace: 'default', name: 'alias' },
        target: 'example.com',
        outside: true,
        letOut: false,
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'an ExternalName that is like none',
    () => diagnosed(external('zzzzzzz.default.svc.cluster.local'), { to: 'svc/alias' }),
    {
      facts: {
        reason: 'external-name',
        service: { kind: 'Service', namespace: 'default', name: 'alias' },
        target: 'zzzzzzz.default.svc.cluster.local',
        outside: false,
        letOut: false,
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'no Service of that name, but some like it',
    () => diagnosed(all, { to: 'svc/wbe:80' }),
    {
      facts: {
        reason: 'other-namespace',
        service: { kind: 'Service', namespace: 'default', name: 'wbe' },
        namespaces: ['shop'],
      },
      effects: [{ code: 'name-namespace', namespace: 'shop' }],
      commands: ['fairlead explain --from pod/client --to svc/shop/wbe:80'],
    },
  ],
  [
    'no Service like it',
    () => diagnosed(all, { to: 'svc/zzzzzz' }),
    {
      facts: {
        reason: 'service-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'zzzzzz' },
        others: ['web', 'webs'],
      },
      effects: [{ code: 'show-all-services' }],
      commands: ['kubectl get services -A'],
    },
  ],
  [
    'no namespace like it',
    () => diagnosed(all, { to: 'svc/nowhere/zzzzzz' }),
    {
      facts: {
        reason: 'service-unknown',
        service: { kind: 'Service', namespace: 'nowhere', name: 'zzzzzz' },
        namespaces: ['default', 'shop', 'team'],
      },
      effects: [{ code: 'show-all-services' }],
      commands: ['kubectl get services -A'],
    },
  ],
  [
    'a Service of other namespaces, the likest first',
    () => diagnosed(all, { to: 'svc/taem/cart:http' }),
    {
      facts: {
        reason: 'other-namespace',
        service: { kind: 'Service', namespace: 'taem', name: 'cart' },
        namespaces: ['shop', 'team'],
      },
      effects: [
        { code: 'name-namespace', namespace: 'team' },
        { code: 'name-namespace', namespace: 'shop' },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/team/cart:http',
        'fairlead explain --from pod/client --to svc/shop/cart:http',
      ],
    },
  ],
  [
    'no Service at all',
    () => diagnosed({ services: [], namespaces: [] }, { to: 'svc/web' }),
    {
      facts: { reason: 'service-unknown', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      effects: [{ code: 'show-all-services' }],
      commands: ['kubectl get services -A'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`why a name leads nowhere: ${about}`, () => assert.deepEqual(got(), found))
