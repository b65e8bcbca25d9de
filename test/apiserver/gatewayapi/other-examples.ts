import { backend, type Example, parentRefs } from './example.ts'

const GROUP = 'gateway.networking.k8s.io'

const grpc = (match: object) => ({ parentRefs, rules: [{ matches: [match], backendRefs: [backend] }] })
const policy = (validation: object, targetRefs: readonly object[] = [{ group: '', kind: 'Service', name: 'web' }]) => ({
  targetRefs,
  validation: { hostname: 'web.test', ...validation },
})
const system = { wellKnownCACertificates: 'System' }

/** The other routes, grants and policies. */
export const OTHER_EXAMPLES: readonly Example[] = [
  ['calls', 'GRPCRoute', grpc({ method: { service: 'shop.v1.Cart', method: 'Add' } })],
  ['no calls', 'GRPCRoute', {}],
  ['a method of nothing', 'GRPCRoute', grpc({ method: {} }), /a service or a method/],
  ['a service with a dash', 'GRPCRoute', grpc({ method: { service: 'a-b' } }), /identifiers with dots/],
  ['a service by expression', 'GRPCRoute', grpc({ method: { type: 'RegularExpression', service: 'a-b.*' } })],

  ['TLS by name', 'TLSRoute', { parentRefs, hostnames: ['*.shop.test'], rules: [{ backendRefs: [backend] }] }],
  ['TLS without a name', 'TLSRoute', { parentRefs, rules: [{ backendRefs: [backend] }] }, /hostnames: Required/],
  [
    'TLS without a name, of before',
    'TLSRoute',
    { parentRefs, rules: [{ backendRefs: [backend] }] },
    undefined,
    'v1alpha2',
  ],
  ['TLS by address', 'TLSRoute', { hostnames: ['192.0.2.1'], rules: [{ backendRefs: [backend] }] }, /no address/],
  [
    'TLS with two rules',
    'TLSRoute',
    { hostnames: ['a.test'], rules: [{ backendRefs: [backend] }, { backendRefs: [backend] }] },
    /at most 1 items/,
  ],

  ['TCP by port', 'TCPRoute', { parentRefs, rules: [{ backendRefs: [backend] }] }, undefined, 'v1alpha2'],
  ['TCP to nowhere', 'TCPRoute', { parentRefs, rules: [{}] }, /backendRefs: Required/, 'v1alpha2'],
  ['UDP by port', 'UDPRoute', { parentRefs, rules: [{ backendRefs: [backend] }] }, undefined, 'v1alpha2'],

  [
    'a grant',
    'ReferenceGrant',
    { from: [{ group: GROUP, kind: 'HTTPRoute', namespace: 'shop' }], to: [{ group: '', kind: 'Service' }] },
    undefined,
    'v1beta1',
  ],
  ['a grant to nobody', 'ReferenceGrant', { from: [], to: [{ group: '', kind: 'Service' }] }, /at least 1 items/],

  ['TLS to a backend', 'BackendTLSPolicy', policy(system)],
  ['certificates from nowhere', 'BackendTLSPolicy', policy({}), /is needed/],
  [
    'certificates from two places',
    'BackendTLSPolicy',
    policy({ ...system, caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }] }),
    /exclude each other/,
  ],
  [
    'a name by URI',
    'BackendTLSPolicy',
    policy({ ...system, subjectAltNames: [{ type: 'URI', uri: 'spiffe://shop.test/web' }] }),
  ],
  [
    'a name of the other type',
    'BackendTLSPolicy',
    policy({ ...system, subjectAltNames: [{ type: 'URI', hostname: 'a.test' }] }),
    /type URI needs uri/,
  ],
  [
    'one target twice',
    'BackendTLSPolicy',
    policy(
      system,
      [1, 2].map(() => ({ group: '', kind: 'Service', name: 'web' })),
    ),
    /no two may have the same sectionName/,
  ],
]
