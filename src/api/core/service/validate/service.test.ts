import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { validateServiceCreate } from '#api/core/service/validate/service.ts'
import { refusals, refusedChange, refusedStatus, textsOf } from '#api/testing/refusals.ts'

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const NAME =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const RANGE = 'must be between 1 and 65535, inclusive'
const ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'"
const RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges'

const service = (spec: object, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', ...metadata },
  spec: { ports: [{ port: 80 }], ...spec },
})
const ports = (...some: readonly object[]): object => ({ ports: some })
const pair = (Protocol: string, Port: number): string =>
  JSON.stringify({ Name: '', Protocol, AppProtocol: null, Port, TargetPort: 0, NodePort: 0 })

const CASES: readonly (readonly [string, object, readonly string[]])[] = [
  ['one port', {}, []],
  ['no ports', { ports: [] }, ['ports: Required value']],
  ['no ports, headless', { ports: [], clusterIP: 'None' }, []],
  ['no ports, of an external name', { ports: [], type: 'ExternalName', externalName: 'a.example' }, []],
  [
    'ports that lack what several must have',
    ports(
      { port: 0 },
      { name: 'B', port: 70000, protocol: 'ICMP', targetPort: 'x--y' },
      { name: 'c', port: 1, targetPort: -1 },
    ),
    [
      'ports[0].name: Required value',
      `ports[0].port: Invalid value: 0: ${RANGE}`,
      `ports[0].targetPort: Invalid value: 0: ${RANGE}`,
      `ports[1].name: Invalid value: "B": ${LABEL}`,
      `ports[1].port: Invalid value: 70000: ${RANGE}`,
      'ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
      'ports[1].targetPort: Invalid value: "x--y": must not contain consecutive hyphens',
      `ports[2].targetPort: Invalid value: -1: ${RANGE}`,
    ],
  ],
  [
    'names of target ports',
    ports(
      { name: 'a', port: 1, targetPort: '-a' },
      { name: 'b', port: 2, targetPort: 'a-' },
      { name: 'c', port: 3, targetPort: '123' },
      { name: 'd', port: 4, targetPort: 'Abc' },
      { name: 'e', port: 5, targetPort: 'abcdefghijklmnop' },
      { name: 'f', port: 6, targetPort: 'abcdefghijklmno' },
      { name: 'g', port: 65535, targetPort: 65535 },
    ),
    [
      'ports[0].targetPort: Invalid value: "-a": must not begin or end with a hyphen',
      'ports[1].targetPort: Invalid value: "a-": must not begin or end with a hyphen',
      'ports[2].targetPort: Invalid value: "123": must contain at least one letter (a-z)',
      'ports[3].targetPort: Invalid value: "Abc": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'ports[4].targetPort: Invalid value: "abcdefghijklmnop": must be no more than 15 characters',
    ],
  ],
  ['a protocol of applications', ports({ port: 80, appProtocol: 'kubernetes.io/h2c' }), []],
  [
    'a protocol of applications that is no name',
    ports({ port: 80, appProtocol: 'h 2' }),
    [`ports[0].appProtocol: Invalid value: "h 2": ${NAME}`],
  ],
  [
    'ports twice',
    ports({ name: 'a', port: 80 }, { name: 'a', port: 80 }, { name: 'b', port: 80, protocol: 'SCTP' }),
    ['ports[1].name: Duplicate value: "a"', `ports[1]: Duplicate value: ${pair('TCP', 80)}`],
  ],
  [
    'TCP and UDP that share port and nodePort',
    {
      type: 'NodePort',
      ...ports(
        { name: 't', port: 53, nodePort: 30053 },
        { name: 'u', port: 53, nodePort: 30053, protocol: 'UDP' },
        { name: 's', port: 53, nodePort: 30053, protocol: 'SCTP' },
      ),
    },
    [],
  ],
  [
    'a nodePort twice in one protocol',
    { type: 'NodePort', ...ports({ name: 'a', port: 1, nodePort: 30001 }, { name: 'b', port: 2, nodePort: 30001 }) },
    ['ports[1].nodePort: Duplicate value: 30001'],
  ],
  [
    'nodePorts of a ClusterIP',
    ports({ name: 'a', port: 1, nodePort: 30001 }, { name: 'b', port: 2, nodePort: 30002 }),
    [0, 1].map((at) => `ports[${at}].nodePort: Forbidden: may not be used when \`type\` is 'ClusterIP'`),
  ],
  [
    'the kubelet’s port behind a load balancer',
    { type: 'LoadBalancer', ...ports({ name: 'a', port: 10250 }, { name: 'b', port: 10251 }) },
    ['ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet'],
  ],
  ['the kubelet’s port on nodes', { type: 'NodePort', ...ports({ port: 10250 }) }, []],
  ...['NodePort', 'LoadBalancer'].map(
    (type) =>
      [
        `a headless ${type}`,
        { type, clusterIP: 'None' },
        [`clusterIPs[0]: Invalid value: "None": may not be set to 'None' for ${type} services`],
      ] as const,
  ),
  [
    'an external name with what others have',
    { type: 'ExternalName', clusterIP: 'None', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', externalName: '' },
    [
      ...['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].map(
        (field) => `${field}: Forbidden: may not be set for ExternalName services`,
      ),
      'externalName: Required value',
    ],
  ],
  ['an external name with a dot behind', { type: 'ExternalName', externalName: 'a.example.' }, []],
  [
    'an external name that is none',
    { type: 'ExternalName', externalName: 'a_b' },
    [`externalName: Invalid value: "a_b": ${SUBDOMAIN}`],
  ],
  [
    'an unknown type',
    { type: 'Magic' },
    ['type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
  ],
  [
    'a selector that is none',
    { selector: { '/a': 'b' } },
    ['selector: Invalid value: "/a": prefix part must be non-empty'],
  ],
  ...[1, 86_400].map(
    (timeoutSeconds) =>
      [
        `an affinity of ${timeoutSeconds} s`,
        { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } },
        [],
      ] as const,
  ),
  ...[0, 86_401].map(
    (timeoutSeconds) =>
      [
        `an affinity of ${timeoutSeconds} s`,
        { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } },
        [
          `sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: ${timeoutSeconds}: must be greater than 0 and less than 86400`,
        ],
      ] as const,
  ),
  [
    'an unknown affinity',
    { sessionAffinity: 'Cookie' },
    ['sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
  ],
  ['a second family', { clusterIPs: ['10.0.0.1', 'fd00::1'], clusterIP: '10.0.0.1', ipFamilies: ['IPv4', 'IPv6'] }, []],
  [
    'addresses that contradict each other',
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.2'] },
    ['clusterIPs: Invalid value: ["10.0.0.2"]: first value must match `clusterIP`'],
  ],
  [
    'addresses without the first said alone',
    { clusterIPs: ['10.0.0.2'] },
    ['clusterIPs: Invalid value: ["10.0.0.2"]: must be empty when `clusterIP` is not specified'],
  ],
  [
    'addresses that are too many, and of one family',
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', '10.0.0.2', 'fd00::1'] },
    [
      'clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2","fd00::1"]: may only hold up to 2 values',
      'clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2","fd00::1"]: may specify no more than one IP for each IP family',
    ],
  ],
  [
    'None beside an address',
    { clusterIP: 'None', clusterIPs: ['None', '10.0.0.1'] },
    [`clusterIPs: Invalid value: ["None","10.0.0.1"]: 'None' must be the first and only value`],
  ],
  [
    'addresses that are none',
    { clusterIP: 'x', clusterIPs: ['x', 'None'] },
    ['x', 'None'].map(
      (ip, at) =>
        `clusterIPs[${at}]: Invalid value: "${ip}": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
    ),
  ],
  [
    'an address of another family than is asked for',
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', 'fd00::1'], ipFamilies: ['IPv6', 'IPv4'] },
    [
      'clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
      'clusterIPs[1]: Invalid value: "fd00::1": expected an IPv4 value as indicated by `ipFamilies[1]`',
    ],
  ],
  [
    'an unknown policy of families',
    { ipFamilyPolicy: 'Both' },
    [
      'ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
    ],
  ],
  ...['PreferDualStack', 'RequireDualStack', 'SingleStack'].map(
    (ipFamilyPolicy) => [ipFamilyPolicy, { ipFamilyPolicy }, []] as const,
  ),
  [
    'families that are none, and twice',
    { ipFamilies: ['IPv5', 'IPv6', 'IPv6'] },
    [
      'ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
      'ipFamilies[2]: Duplicate value: "IPv6"',
    ],
  ],
  [
    'ranges and classes of a ClusterIP',
    { loadBalancerSourceRanges: [' 10.0.0.0/8 '], loadBalancerClass: 'a/b', allocateLoadBalancerNodePorts: false },
    ['LoadBalancerSourceRanges', 'allocateLoadBalancerNodePorts', 'loadBalancerClass'].map(
      (field) => `${field}: Forbidden: ${ONLY_BALANCED}`,
    ),
  ],
  [
    'a class that is no name',
    { type: 'LoadBalancer', loadBalancerClass: 'a b' },
    [`loadBalancerClass: Invalid value: "a b": ${NAME}`],
  ],
  ['a range with blanks round it', { type: 'LoadBalancer', loadBalancerSourceRanges: [' 10.0.0.0/8 '] }, []],
  [
    'a traffic policy of what is not seen outside',
    { externalTrafficPolicy: 'Local' },
    ['externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
  ],
  ['a traffic policy with external addresses', { externalTrafficPolicy: 'Local', externalIPs: ['192.0.2.1'] }, []],
  [
    'unknown policies',
    { type: 'NodePort', externalTrafficPolicy: 'X', internalTrafficPolicy: 'Y', trafficDistribution: 'Z' },
    [
      'externalTrafficPolicy: Unsupported value: "X": supported values: "Cluster", "Local"',
      'internalTrafficPolicy: Unsupported value: "Y": supported values: "Cluster", "Local"',
      'trafficDistribution: Unsupported value: "Z": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"',
    ],
  ],
  ...['PreferClose', 'PreferSameZone', 'PreferSameNode'].map(
    (trafficDistribution) => [trafficDistribution, { trafficDistribution }, []] as const,
  ),
  ['local policies', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' }, []],
  ['a health check’s port', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30100 }, []],
  [
    'a health check’s port that is none',
    { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 70000 },
    [`healthCheckNodePort: Invalid value: 70000: ${RANGE}`],
  ],
  [
    'a health check’s port of nodes alone',
    { type: 'NodePort', externalTrafficPolicy: 'Local', healthCheckNodePort: 30100 },
    [
      "healthCheckNodePort: Invalid value: 30100: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    ],
  ],
]

describe('a Service is created with', () => {
  for (const [what, spec, errors] of CASES)
    test(`${what}: ${errors.length === 0 ? 'taken' : 'refused'}`, () =>
      assert.deepEqual(
        refusals(service(spec)),
        errors.map((error) => `spec.${error}`),
      ))

  test('a name that is a label of DNS, or a prefix of one', () => {
    assert.deepEqual(refusals(service({}, { name: 'a.b' })), [`metadata.name: Invalid value: "a.b": ${LABEL}`])
    assert.deepEqual(refusals(service({}, { name: undefined, generateName: 'a-' })), [])
  })

  test('ranges in the old annotation, of a load balancer alone', () => {
    const annotated = (text: string, type: string): readonly string[] =>
      refusals(service({ type }, { annotations: { [RANGES_ANNOTATION]: text } }))
    const at = `metadata.annotations[${RANGES_ANNOTATION}]`
    assert.deepEqual(annotated('10.0.0.0/8, 192.0.2.0/24', 'LoadBalancer'), [])
    assert.deepEqual(annotated(' ', 'LoadBalancer'), [])
    assert.deepEqual(annotated(' ', 'ClusterIP'), [`${at}: Forbidden: ${ONLY_BALANCED}`])
    assert.deepEqual(annotated('10.0.0.0/8,x', 'NodePort'), [
      `${at}: Forbidden: ${ONLY_BALANCED}`,
      `${at}: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
    ])
  })

  test('all that defaults fill in', () => {
    const bare = (type: string, more: object = {}): readonly string[] =>
      textsOf(
        validateServiceCreate({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 's', namespace: 'n' },
          spec: { type, ports: [{ port: 80, targetPort: 80 }], ...more },
        } as never),
      )
    const ofPorts = ['spec.ports[0].protocol: Required value', 'spec.sessionAffinity: Required value']
    assert.deepEqual(bare('ClusterIP'), [...ofPorts, 'spec.internalTrafficPolicy: Required value'])
    assert.deepEqual(bare('LoadBalancer'), [
      ...ofPorts,
      'spec.allocateLoadBalancerNodePorts: Required value',
      'spec.externalTrafficPolicy: Required value',
      'spec.internalTrafficPolicy: Required value',
    ])
    const when = 'Required value: when session affinity type is ClientIP'
    for (const [config, field] of [
      [undefined, ''],
      [{}, '.clientIP'],
      [{ clientIP: {} }, '.clientIP.timeoutSeconds'],
    ] as const)
      assert.deepEqual(bare('ClusterIP', { sessionAffinity: 'ClientIP', sessionAffinityConfig: config }), [
        ofPorts[0],
        `spec.sessionAffinityConfig${field}: ${when}`,
        'spec.internalTrafficPolicy: Required value',
      ])
    assert.deepEqual(bare('ExternalName', { sessionAffinity: 'None', sessionAffinityConfig: {} }), [
      'spec.externalName: Required value',
      ofPorts[0],
      'spec.sessionAffinityConfig: Forbidden: must not be set when session affinity is None',
    ])
    assert.deepEqual(bare('ClusterIP', { clusterIP: '10.0.0.1' }).slice(2), [
      'spec.clusterIPs: Required value',
      'spec.internalTrafficPolicy: Required value',
    ])
  })
})

describe('a Service is changed', () => {
  const change = (spec: object, next: object): readonly string[] =>
    refusedChange(service(spec), (object) => {
      Object.assign(object.spec, next)
    })
  const single = {
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  }
  const dual = {
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1', 'fd00::1'],
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: 'RequireDualStack',
  }
  const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30100 }
  const cases: readonly (readonly [string, object, object, readonly string[]])[] = [
    ['to a second family', single, { ...dual }, []],
    ['back to one family', dual, { ...single }, []],
    [
      'to one family without saying so',
      dual,
      { clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'] },
      [
        `ipFamilyPolicy: Invalid value: "RequireDualStack": must be set to 'SingleStack' when releasing the secondary clusterIP`,
        `ipFamilyPolicy: Invalid value: "RequireDualStack": must be set to 'SingleStack' when releasing the secondary ipFamily`,
      ],
    ],
    [
      'to another first address and family',
      single,
      { clusterIP: 'fd00::1', clusterIPs: ['fd00::1'], ipFamilies: ['IPv6'] },
      [
        'clusterIPs[0]: Invalid value: ["fd00::1"]: may not change once set',
        'ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set',
      ],
    ],
    [
      'to another second address',
      dual,
      { clusterIPs: ['10.0.0.1', 'fd00::2'] },
      ['clusterIPs[1]: Invalid value: ["10.0.0.1","fd00::2"]: may not change once set'],
    ],
    [
      'to two families in the wrong order',
      single,
      {
        clusterIP: 'fd00::1',
        clusterIPs: ['fd00::1', '10.0.0.1'],
        ipFamilies: ['IPv6', 'IPv4'],
        ipFamilyPolicy: 'PreferDualStack',
      },
      [
        'clusterIPs[0]: Invalid value: ["fd00::1","10.0.0.1"]: may not change once set',
        'ipFamilies[0]: Invalid value: ["IPv6","IPv4"]: may not change once set',
      ],
    ],
    ['to a name', single, { type: 'ExternalName', externalName: 'a.example' }, []],
    ['from a name', { type: 'ExternalName', externalName: 'a.example' }, { type: 'ClusterIP', ...single }, []],
    ['in the ports of its nodes', { type: 'NodePort' }, { ports: [{ port: 81, nodePort: 30081 }] }, []],
    [
      'to another check’s port',
      local,
      { healthCheckNodePort: 30101 },
      ['healthCheckNodePort: Forbidden: field is immutable'],
    ],
    ['to the same check’s port', local, { healthCheckNodePort: 30100 }, []],
    ['so that it is checked', { type: 'LoadBalancer' }, { ...local }, []],
    ['to nodes, its check gone', local, { type: 'NodePort' }, []],
    [
      'to another class',
      { type: 'LoadBalancer', loadBalancerClass: 'a/b' },
      { loadBalancerClass: 'a/c' },
      ['loadBalancerClass: Invalid value: "a/c": may not change once set'],
    ],
    [
      'to a class',
      { type: 'LoadBalancer' },
      { loadBalancerClass: 'a/c' },
      ['loadBalancerClass: Invalid value: "a/c": may not change once set'],
    ],
    [
      'to no class',
      { type: 'LoadBalancer', loadBalancerClass: 'a/b' },
      { loadBalancerClass: undefined },
      ['loadBalancerClass: Invalid value: null: may not change once set'],
    ],
    ['from a class to nodes', { type: 'LoadBalancer', loadBalancerClass: 'a/b' }, { type: 'NodePort' }, []],
    ['to a balancer of a class', {}, { type: 'LoadBalancer', loadBalancerClass: 'a/b' }, []],
    ['from headless to headless', { clusterIP: 'None' }, { ipFamilies: ['IPv6'] }, []],
    [
      'to headless',
      single,
      { clusterIP: 'None', clusterIPs: ['None'] },
      ['clusterIPs[0]: Invalid value: ["None"]: may not change once set'],
    ],
    [
      'to a type that is none, and so to no address',
      single,
      { type: 'Magic' },
      [
        'clusterIPs[0]: Invalid value: []: primary clusterIP can not be unset',
        'ipFamilies[0]: Invalid value: []: primary ipFamily can not be unset',
        'type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    ['to what is no Service', {}, { ports: [] }, ['ports: Required value']],
  ]
  for (const [what, before, next, errors] of cases)
    test(`${what}: ${errors.length === 0 ? 'taken' : 'refused'}`, () =>
      assert.deepEqual(
        change(before, next),
        errors.map((error) => `spec.${error}`),
      ))
})

test('a load balancer’s report holds addresses with their mode, or names', () => {
  const report = (...ingress: readonly object[]): readonly string[] =>
    refusedStatus(service({ type: 'LoadBalancer' }), { loadBalancer: { ingress } })
  const at = 'status.loadBalancer.ingress'
  assert.deepEqual(
    report({ ip: '192.0.2.1', ipMode: 'VIP' }, { ip: 'fd00::1', ipMode: 'Proxy' }, { hostname: 'a.b' }),
    [],
  )
  assert.deepEqual(
    report(
      { ip: 'x', ipMode: 'Other' },
      { ip: '192.0.2.1' },
      { hostname: '192.0.2.1', ipMode: 'VIP' },
      { hostname: 'A' },
    ),
    [
      `${at}[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
      `${at}[0].ipMode: Unsupported value: "Other": supported values: "Proxy", "VIP"`,
      `${at}[1].ipMode: Required value: must be specified when \`ip\` is set`,
      `${at}[2].ipMode: Forbidden: may not be specified when \`ip\` is not set`,
      `${at}[2].hostname: Invalid value: "192.0.2.1": must be a DNS name, not an IP address`,
      `${at}[3].hostname: Invalid value: "A": ${SUBDOMAIN}`,
    ],
  )
  assert.deepEqual(refusedStatus(service({}), { loadBalancer: {} }), [])
  assert.deepEqual(refusedStatus(service({}), { loadBalancer: { ingress: [{ ip: 'x' }] } }), [
    `${at}: Forbidden: may only be used when \`spec.type\` is 'LoadBalancer'`,
  ])
})
