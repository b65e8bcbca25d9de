import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '#api/core/event/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { MANAGED_LABELS } from '#routes/site-service.ts'
import { at, facts, pod, service, slice } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const { network } = facts()
const ports = [
  { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 },
  { name: 'https', port: 443, targetPort: 'tls' },
  { name: 'dns', port: 53, protocol: 'UDP', targetPort: 0 },
]
const several = { services: [service('web', '10.96.0.1', { ports })] }
const bare = { services: [service('web', '10.96.0.1', { ports: [{ port: 80 }] })] }
const open = {
  services: [
    service('web', '10.96.0.1', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30081 }] }),
  ],
}
const both = {
  services: [
    service('web', '10.96.0.1', {
      ports: [
        { name: 'a', port: 53, protocol: 'UDP' },
        { name: 'b', port: 80 },
      ],
    }),
  ],
}
const pending = (spec: object = {}): Service => service('web', '10.96.0.1', { type: 'LoadBalancer', ...spec })
const ports30081 = { ports: [{ port: 79 }, { port: 80, nodePort: 30081 }] }
const warn = (message: string, more: object = {}) =>
  ({ type: 'Warning', involvedObject: { uid: 'svc-web' }, message, ...more }) as unknown as Event
const events = [
  warn('first'),
  warn('last'),
  warn('fine', { type: 'Normal' }),
  warn('other', { involvedObject: { uid: 'x' } }),
]
const host = { from: 'host' }
const dual = service('web', '10.96.0.1', {
  clusterIPs: ['10.96.0.1', 'fd00:10:96::1'],
  ipFamilies: undefined,
  ipFamilyPolicy: 'RequireDualStack',
})
const four = pod('client', 1, 9, { labels: {}, status: { podIPs: [{ ip: '10.244.1.9' }] } })
const only6 = service('web', 'fd00:10:96::1', { ipFamilies: ['IPv6'] })

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'a port by a name that none has, but one is like it',
    () => diagnosed(several, { to: 'svc/web:htp' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: 'htp',
        serves: [
          { port: 80, protocol: 'TCP', name: 'http' },
          { port: 443, protocol: 'TCP', name: 'https' },
          { port: 53, protocol: 'UDP', name: 'dns' },
        ],
        isNodePort: false,
        targetOf: [],
      },
      effects: [
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP', name: 'http' } },
        { code: 'ask-served-port', port: { port: 443, protocol: 'TCP', name: 'https' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/web:80',
        'fairlead explain --from pod/client --to svc/default/web:443',
      ],
    },
  ],
  [
    'a port by a name that is like none',
    () => diagnosed(several, { to: 'svc/web:metrics' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: 'metrics',
        serves: [
          { port: 80, protocol: 'TCP', name: 'http' },
          { port: 443, protocol: 'TCP', name: 'https' },
          { port: 53, protocol: 'UDP', name: 'dns' },
        ],
        isNodePort: false,
        targetOf: [],
      },
      effects: [
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP', name: 'http' } },
        { code: 'ask-served-port', port: { port: 443, protocol: 'TCP', name: 'https' } },
        { code: 'ask-served-port', port: { port: 53, protocol: 'UDP', name: 'dns' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/web:80',
        'fairlead explain --from pod/client --to svc/default/web:443',
        'fairlead explain --from pod/client --to svc/default/web:53 --proto udp',
      ],
    },
  ],
  [
    'no port of the protocol',
    () => diagnosed(several, { to: 'svc/web', protocol: 'SCTP' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'SCTP',
        serves: [
          { port: 80, protocol: 'TCP', name: 'http' },
          { port: 443, protocol: 'TCP', name: 'https' },
          { port: 53, protocol: 'UDP', name: 'dns' },
        ],
        isNodePort: false,
        targetOf: [],
      },
      effects: [
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP', name: 'http' } },
        { code: 'ask-served-port', port: { port: 443, protocol: 'TCP', name: 'https' } },
        { code: 'ask-served-port', port: { port: 53, protocol: 'UDP', name: 'dns' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/web:80 --proto tcp',
        'fairlead explain --from pod/client --to svc/default/web:443 --proto tcp',
        'fairlead explain --from pod/client --to svc/default/web:53 --proto udp',
      ],
    },
  ],
  [
    'a number that is another port’s target',
    () => diagnosed(several, { to: '10.96.0.1:8080' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '8080',
        address: '10.96.0.1',
        serves: [
          { port: 80, protocol: 'TCP', name: 'http' },
          { port: 443, protocol: 'TCP', name: 'https' },
          { port: 53, protocol: 'UDP', name: 'dns' },
        ],
        isNodePort: false,
        targetOf: [80],
      },
      effects: [
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP', name: 'http' } },
        { code: 'serve-port', port: 8080 },
      ],
      commands: [
        'fairlead explain --from pod/client --to 10.96.0.1:80',
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/-","value":{"name":"port-8080","port":8080,"protocol":"TCP","targetPort":8080}}]',
      ],
    },
  ],
  [
    'a number that is nobody’s: those of the protocol, three at most',
    () => diagnosed(several, { to: '10.96.0.1:81' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '81',
        address: '10.96.0.1',
        serves: [
          { port: 80, protocol: 'TCP', name: 'http' },
          { port: 443, protocol: 'TCP', name: 'https' },
          { port: 53, protocol: 'UDP', name: 'dns' },
        ],
        isNodePort: false,
        targetOf: [],
      },
      effects: [
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP', name: 'http' } },
        { code: 'ask-served-port', port: { port: 443, protocol: 'TCP', name: 'https' } },
        { code: 'serve-port', port: 81 },
      ],
      commands: [
        'fairlead explain --from pod/client --to 10.96.0.1:80',
        'fairlead explain --from pod/client --to 10.96.0.1:443',
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/-","value":{"name":"port-81","port":81,"protocol":"TCP","targetPort":8080}}]',
      ],
    },
  ],
  [
    'a port that is served over the other protocol',
    () => diagnosed(several, { to: '10.96.0.1:53', protocol: 'TCP' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '53',
        address: '10.96.0.1',
        serves: [
          { port: 80, protocol: 'TCP', name: 'http' },
          { port: 443, protocol: 'TCP', name: 'https' },
          { port: 53, protocol: 'UDP', name: 'dns' },
        ],
        isNodePort: false,
        servedOver: 'UDP',
        targetOf: [],
      },
      effects: [
        { code: 'ask-other-protocol', port: { port: 53, protocol: 'UDP', name: 'dns' } },
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP', name: 'http' } },
        { code: 'ask-served-port', port: { port: 443, protocol: 'TCP', name: 'https' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/web:53 --proto udp',
        'fairlead explain --from pod/client --to 10.96.0.1:80 --proto tcp',
        'fairlead explain --from pod/client --to 10.96.0.1:443 --proto tcp',
      ],
    },
  ],
  [
    'a port that leads to its own number',
    () => diagnosed(bare, { to: '10.96.0.1:81' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '81',
        address: '10.96.0.1',
        serves: [{ port: 80, protocol: 'TCP' }],
        isNodePort: false,
        targetOf: [],
      },
      effects: [
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP' } },
        { code: 'serve-port', port: 81 },
      ],
      commands: [
        'fairlead explain --from pod/client --to 10.96.0.1:80',
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/0/name","value":"port-80"},{"op":"add","path":"/spec/ports/-","value":{"name":"port-81","port":81,"protocol":"TCP","targetPort":80}}]',
      ],
    },
  ],
  [
    'its node port',
    () => diagnosed(open, { to: '10.96.0.1:30081' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '30081',
        address: '10.96.0.1',
        serves: [{ port: 80, protocol: 'TCP' }],
        isNodePort: true,
        targetOf: [],
      },
      effects: [
        { code: 'ask-node', node: 'node-1' },
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to 172.30.0.2:30081',
        'fairlead explain --from pod/client --to 10.96.0.1:80',
      ],
    },
  ],
  [
    'the port that is asked over another protocol, in a Service of two',
    () => diagnosed(both, { to: '10.96.0.1:80', protocol: 'UDP' }),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'UDP',
        port: '80',
        address: '10.96.0.1',
        serves: [
          { port: 53, protocol: 'UDP', name: 'a' },
          { port: 80, protocol: 'TCP', name: 'b' },
        ],
        isNodePort: false,
        servedOver: 'TCP',
        targetOf: [],
      },
      effects: [
        { code: 'ask-other-protocol', port: { port: 80, protocol: 'TCP', name: 'b' } },
        { code: 'ask-served-port', port: { port: 53, protocol: 'UDP', name: 'a' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/web:80 --proto tcp',
        'fairlead explain --from pod/client --to 10.96.0.1:53 --proto udp',
      ],
    },
  ],
  [
    'no address yet',
    () => diagnosed({ services: [service('web', undefined)] }, { to: 'svc/web:80' }),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv4',
        of: 'service',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        has: [],
        policy: 'SingleStack',
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a family that it has not, where Services have two ranges',
    () => diagnosed({}, { to: 'svc/web', family: 'IPv6' }),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv6',
        of: 'service',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        has: ['IPv4'],
        policy: 'SingleStack',
      },
      effects: [
        { code: 'give-family', family: 'IPv6' },
        { code: 'ask-over-family', family: 'IPv4' },
      ],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv4","IPv6"]}}',
        'fairlead explain --from pod/client --to svc/web',
      ],
    },
  ],
  [
    'a family that it has not, where Services have one range',
    () => diagnosed({ network: { ...network, serviceCidrs: ['10.96.0.0/16'] } }, { to: 'svc/web', family: 'IPv6' }),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv6',
        of: 'service',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        has: ['IPv4'],
        policy: 'SingleStack',
      },
      effects: [{ code: 'ask-over-family', family: 'IPv4' }],
      commands: ['fairlead explain --from pod/client --to svc/web'],
    },
  ],
  [
    'a family that the sender has not',
    () => diagnosed({ services: [only6], pods: [four] }, { to: 'svc/web' }),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv4',
        of: 'service',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        has: ['IPv6'],
        policy: 'SingleStack',
      },
      effects: [{ code: 'give-family', family: 'IPv4' }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv6","IPv4"]}}',
      ],
    },
  ],
  [
    'a family that neither asks for',
    () =>
      diagnosed(
        { services: [dual], slices: [slice('web', [at('10.244.1.11', 1)])] },
        { to: 'svc/web', family: 'IPv6' },
      ),
    {
      facts: {
        reason: 'endpoints-late',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { kind: 'Pod', namespace: 'default', name: 'web-1' },
          { kind: 'Pod', namespace: 'default', name: 'web-2' },
        ],
      },
      effects: [{ code: 'ask-again' }, { code: 'show-endpoints' }],
      commands: [
        'fairlead explain --from pod/client --to svc/web --family 6',
        'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
      ],
    },
  ],
  [
    'no address of a headless one in the family',
    () =>
      diagnosed(
        { services: [service('web', undefined, { clusterIP: 'None', clusterIPs: ['None'] })] },
        { to: 'svc/web', family: 'IPv6' },
      ),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv6',
        of: 'service',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        has: ['IPv4'],
        policy: 'SingleStack',
      },
      effects: [{ code: 'ask-over-family', family: 'IPv4' }],
      commands: ['fairlead explain --from pod/client --to svc/web'],
    },
  ],
  [
    'nobody gave it an address, and what was said of it last',
    () => diagnosed({ services: [pending()], events }, host),
    {
      facts: {
        reason: 'load-balancer-pending',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        warning: 'last',
      },
      effects: [{ code: 'show-description' }],
      commands: ['kubectl describe service web -n default'],
    },
  ],
  [
    'an address that it asks for, and a node port',
    () => diagnosed({ services: [pending({ loadBalancerIP: '10.9.9.9', ...ports30081 })] }, host),
    {
      facts: { reason: 'load-balancer-pending', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      effects: [{ code: 'take-any-address', insteadOf: '10.9.9.9' }, { code: 'ask-node-port' }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"loadBalancerIP":null}}',
        'fairlead explain --from host --to 172.30.0.2:30081',
      ],
    },
  ],
  [
    'a node port in the other family',
    () => diagnosed({ services: [pending(ports30081)] }, { ...host, family: 'IPv6' }),
    {
      facts: { reason: 'load-balancer-pending', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      effects: [{ code: 'ask-node-port' }],
      commands: ['fairlead explain --from host --to [fd00:172:30::2]:30081'],
    },
  ],
  [
    'a class of another',
    () => diagnosed({ services: [pending({ loadBalancerClass: 'a.b/c', loadBalancerIP: '10.9.9.9' })] }, host),
    {
      facts: {
        reason: 'load-balancer-pending',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        cause: { code: 'other-class', class: 'a.b/c' },
      },
      effects: [{ code: 'show-description' }],
      commands: ['kubectl describe service web -n default'],
    },
  ],
  [
    'our own class',
    () => diagnosed({ services: [pending({ loadBalancerClass: 'fairlead.io/pool' })] }, host),
    {
      facts: { reason: 'load-balancer-pending', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      effects: [{ code: 'show-description' }],
      commands: ['kubectl describe service web -n default'],
    },
  ],
  [
    'a cluster of others',
    () => diagnosed({ services: [pending()], network: { ...network, foreign: true } }, { from: '203.0.113.9' }),
    {
      facts: {
        reason: 'load-balancer-pending',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        cause: { code: 'others-give' },
      },
      effects: [{ code: 'show-description' }],
      commands: ['kubectl describe service web -n default'],
    },
  ],
  [
    'a cluster in which nobody gives addresses',
    () => diagnosed({ services: [pending()], network: { ...network, loadBalancer: 'none' } }, host),
    {
      facts: {
        reason: 'load-balancer-pending',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        cause: { code: 'nobody-gives' },
      },
      effects: [{ code: 'show-description' }],
      commands: ['kubectl describe service web -n default'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`why a Service does not answer at an address or a port: ${about}`, () => assert.deepEqual(got(), found))

test('a port that no listener of a gateway has is not written into its Service, which goes by them', () => {
  const own = service('web', '10.96.0.1', { ports: [{ port: 80 }] }, { labels: MANAGED_LABELS })
  const { effects } = diagnosed({ services: [own] }, { to: '10.96.0.1:81' })
  assert.deepEqual(effects, [{ code: 'ask-served-port', port: { port: 80, protocol: 'TCP' } }])
})
