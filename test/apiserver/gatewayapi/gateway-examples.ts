import type { Example } from './example.ts'

const listener = { name: 'web', port: 80, protocol: 'HTTP' }
const gateway = (listeners: readonly object[], more: object = {}) => ({
  gatewayClassName: 'fairlead',
  listeners,
  ...more,
})
const certificates = { certificateRefs: [{ name: 'shop' }] }

/** GatewayClasses, Gateways and ListenerSets. */
export const GATEWAY_EXAMPLES: readonly Example[] = [
  ['a class', 'GatewayClass', { controllerName: 'fairlead.dev/gateway-controller' }],
  ['a class of no domain', 'GatewayClass', { controllerName: 'fairlead' }, /controllerName.*should match/],
  [
    'a class with much to tell',
    'GatewayClass',
    { controllerName: 'a.b/c', description: 'x'.repeat(65) },
    /more than 64 bytes/,
  ],

  ['a gateway', 'Gateway', gateway([listener])],
  ['a gateway of before', 'Gateway', gateway([listener]), undefined, 'v1beta1'],
  ['a gateway without listeners', 'Gateway', gateway([]), /should have at least 1 items/],
  ['a gateway without a class', 'Gateway', { listeners: [listener] }, /gatewayClassName: Required/],
  ['HTTPS', 'Gateway', gateway([{ ...listener, port: 443, protocol: 'HTTPS', tls: certificates }])],
  [
    'HTTPS that passes through',
    'Gateway',
    gateway([{ ...listener, protocol: 'HTTPS', tls: { mode: 'Passthrough' } }]),
    /of HTTPS the mode/,
  ],
  [
    'HTTPS without certificates',
    'Gateway',
    gateway([{ ...listener, protocol: 'HTTPS', tls: {} }]),
    /needs certificateRefs or options/,
  ],
  ['TLS that passes through', 'Gateway', gateway([{ ...listener, protocol: 'TLS', tls: { mode: 'Passthrough' } }])],
  ['TLS without tls', 'Gateway', gateway([{ ...listener, protocol: 'TLS' }]), /TLS needs tls/],
  ['HTTP with tls', 'Gateway', gateway([{ ...listener, tls: certificates }]), /have no tls/],
  ['TCP', 'Gateway', gateway([{ ...listener, protocol: 'TCP' }])],
  [
    'TCP with a hostname',
    'Gateway',
    gateway([{ ...listener, protocol: 'TCP', hostname: 'a.test' }]),
    /have no hostname/,
  ],
  ['a star in front', 'Gateway', gateway([{ ...listener, hostname: '*.shop.test' }])],
  ['a star amidst', 'Gateway', gateway([{ ...listener, hostname: 'a.*.test' }]), /hostname.*should match/],
  ['port 0', 'Gateway', gateway([{ ...listener, port: 0 }]), /greater than or equal to 1/],
  ['one name twice', 'Gateway', gateway([listener, { ...listener, port: 81 }]), /Duplicate value|the same name/],
  [
    'one port for two names',
    'Gateway',
    gateway([
      { ...listener, hostname: 'a.test' },
      { ...listener, name: 'b', hostname: 'b.test' },
    ]),
  ],
  ['one port twice', 'Gateway', gateway([listener, { ...listener, name: 'b' }]), /same port, protocol and hostname/],
  ['an address', 'Gateway', gateway([listener], { addresses: [{ value: '192.0.2.1' }] })],
  [
    'an address that is none',
    'Gateway',
    gateway([listener], { addresses: [{ value: 'x' }] }),
    /one and only one|oneOf/,
  ],
  [
    'an address twice',
    'Gateway',
    gateway([listener], { addresses: [{ value: '192.0.2.1' }, { value: '192.0.2.1' }] }),
    /no two addresses/,
  ],
  ['a name as address', 'Gateway', gateway([listener], { addresses: [{ type: 'Hostname', value: 'a.test' }] })],
  [
    'a bad name as address',
    'Gateway',
    gateway([listener], { addresses: [{ type: 'Hostname', value: 'A_' }] }),
    /DNS name/,
  ],
  ['labels of what is made', 'Gateway', gateway([listener], { infrastructure: { labels: { 'shop.test/a': 'b' } } })],
  ['a bad label', 'Gateway', gateway([listener], { infrastructure: { labels: { '-a': 'b' } } }), /key of a label/],
  [
    'clients with certificates',
    'Gateway',
    gateway([listener], {
      tls: {
        frontend: { default: { validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }] } } },
      },
    }),
  ],
  [
    'two words for one port',
    'Gateway',
    gateway([listener], {
      tls: {
        frontend: {
          default: {},
          perPort: [
            { port: 1, tls: {} },
            { port: 1, tls: {} },
          ],
        },
      },
    }),
    /Duplicate value|same port/,
  ],
  ['a field that nobody knows', 'Gateway', gateway([listener], { color: 'red' }), /unknown field "spec.color"/],

  ['listeners of others', 'ListenerSet', { parentRef: { name: 'edge' }, listeners: [listener] }],
  ['listeners of nobody', 'ListenerSet', { listeners: [listener] }, /parentRef: Required/],
]
