import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'
import { networkPolicyWarnings } from './warnings.ts'

const policy = (spec: object = {}): any => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'p', creationTimestamp: '2026-11-21T03:25:08Z' },
  spec: { podSelector: {}, ...spec },
})
const from = (...peers: readonly object[]): any => policy({ ingress: [{ from: peers }] })
const ports = (...list: readonly object[]): any => policy({ egress: [{ ports: list }] })

test('a policy is about ingress, and about egress where it has rules for it, unless it says so itself', () => {
  const types = (spec: object): readonly string[] => (created(policy(spec)) as any).spec.policyTypes
  assert.deepEqual(types({}), ['Ingress'])
  assert.deepEqual(types({ ingress: [{}], egress: [] }), ['Ingress'])
  assert.deepEqual(types({ egress: [{}] }), ['Ingress', 'Egress'])
  assert.deepEqual(types({ egress: [{}], policyTypes: ['Egress'] }), ['Egress'])
})

test('ports are TCP where they do not say what they are, in both directions', () => {
  const { spec } = created(
    policy({ ingress: [{ ports: [{ port: 1 }] }], egress: [{ ports: [{ protocol: 'UDP' }, {}] }] }),
  ) as any
  assert.deepEqual(spec.ingress[0].ports, [{ port: 1, protocol: 'TCP' }])
  assert.deepEqual(spec.egress[0].ports, [{ protocol: 'UDP' }, { protocol: 'TCP' }])
})

test('a range of ports begins at a number and ends no earlier', () => {
  const at = 'spec.egress[0].ports[0]'
  assert.deepEqual(refusals(ports({ port: 80, endPort: 80 }, { port: 'http' }, { port: 65_535, protocol: 'SCTP' })), [])
  assert.deepEqual(refusals(ports({ port: 90, endPort: 80 })), [
    `${at}.endPort: Invalid value: 90: must be greater than or equal to \`port\``,
  ])
  assert.deepEqual(refusals(ports({ port: 90, endPort: 65_536 })), [
    `${at}.endPort: Invalid value: 65536: must be between 1 and 65535, inclusive`,
  ])
  assert.deepEqual(refusals(ports({ port: 'http', endPort: 80 })), [
    `${at}.endPort: Invalid value: 80: may not be specified when \`port\` is non-numeric`,
  ])
  assert.deepEqual(refusals(ports({ endPort: 80 })), [
    `${at}.endPort: Invalid value: 80: may not be specified when \`port\` is not specified`,
  ])
  assert.deepEqual(refusals(ports({ port: 0, protocol: 'ICMP' })), [
    `${at}.protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"`,
    `${at}.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
  ])
  assert.equal(refusals(ports({ port: 'h_p' })).length, 1)
})

test('a peer is chosen by labels or by addresses, not by both and not by nothing', () => {
  const at = 'spec.ingress[0].from[0]'
  assert.deepEqual(refusals(from({ podSelector: {}, namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8' } })), [])
  assert.deepEqual(refusals(from({})), [`${at}: Required value: must specify a peer`])
  for (const other of [{ podSelector: {} }, { namespaceSelector: {} }])
    assert.deepEqual(refusals(from({ ...other, ipBlock: { cidr: '10.0.0.0/8' } })), [
      `${at}: Forbidden: may not specify both ipBlock and another peer`,
    ])
  assert.deepEqual(refusals(from({ podSelector: { matchLabels: { 'a b': 'c' } } })).length, 1)
  assert.deepEqual(refusals(from({ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } })), [
    `${at}.namespaceSelector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator`,
  ])
})

test('what is excepted of a range lies in it and is smaller', () => {
  const block = (cidr: string, ...except: readonly string[]) => refusals(from({ ipBlock: { cidr, except } }))
  const at = 'spec.ingress[0].from[0].ipBlock'
  assert.deepEqual(block('10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/9'), [])
  assert.deepEqual(block('2001:db8::/32', '2001:db8:1::/48'), [])
  for (const other of ['10.0.0.0/8', '192.168.0.0/16', '0.0.0.0/0', '2001:db8::/32'])
    assert.deepEqual(block('10.0.0.0/8', other), [
      `${at}.except[0]: Invalid value: "${other}": must be a strict subset of \`cidr\``,
    ])
  assert.ok(
    block('10.0.0.1/8', '11.0.0.0/16').includes(
      `${at}.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of \`cidr\``,
    ),
    'also of a range from before the strict form',
  )
  assert.deepEqual(block(''), [`${at}.cidr: Required value`])
  assert.deepEqual(block('x', '10.0.0.0/8'), [
    `${at}.cidr: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
  ])
  assert.deepEqual(block('10.0.0.0/8', '10.1.0.1/16'), [
    `${at}.except[0]: Invalid value: "10.1.0.1/16": must not have bits set beyond the prefix length`,
  ])
})

test('ranges that programs read in different ways are refused: leading zeros, IPv4 in IPv6, and what cannot be', () => {
  const at = 'spec.ingress[0].from[0].ipBlock.cidr'
  const cidr = (text: string) => refusals(from({ ipBlock: { cidr: text } }))
  for (const text of ['010.0.0.0/8', '10.0.0.0/08'])
    assert.deepEqual(cidr(text), [`${at}: Invalid value: "${text}": must not have leading 0s in IP or prefix length`])
  assert.deepEqual(cidr('::ffff:10.0.0.0/104'), [
    `${at}: Invalid value: "::ffff:10.0.0.0/104": must not have an IPv4-mapped IPv6 address`,
  ])
  for (const text of [
    '10.0.0.0',
    '10.0.0.0/33',
    '2001:db8::/129',
    '10.0.0/8',
    '10.0.0.0/-1',
    'example.com/8',
    ' 10.0.0.0/8',
  ])
    assert.deepEqual(cidr(text), [
      `${at}: Invalid value: "${text}": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
    ])
})

test('labels of selectors that cannot be are refused wherever a policy has one', () => {
  const wrong = { matchExpressions: [{ key: 'a', operator: 'In' }] }
  const said = "matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"
  for (const [one, path] of [
    [policy({ podSelector: wrong }), 'spec.podSelector'],
    [from({ podSelector: wrong }), 'spec.ingress[0].from[0].podSelector'],
    [policy({ egress: [{}, { to: [{ namespaceSelector: wrong }] }] }), 'spec.egress[1].to[0].namespaceSelector'],
  ] as const)
    assert.deepEqual(refusals(one), [`${path}.${said}`])
})

test('a port by its name is a name that a port can have', () => {
  const at = 'spec.egress[0].ports[0].port'
  assert.deepEqual(refusals(ports({ port: '' })).length > 0, true)
  assert.match(refusals(ports({ port: 'much-too-long-name' }))[0]!, /port: Invalid value: .*must be no more than 15 /)
  assert.match(refusals(ports({ port: '80' }))[0]!, /must contain at least one letter/)
  assert.ok(refusals(ports({ port: 'a--b' })).every((text) => text.startsWith(at)))
})

test('the kinds of a policy are two, at most', () => {
  assert.deepEqual(refusals(policy({ policyTypes: ['Ingress', 'Ingress'] })), [], 'said twice is said')
  assert.deepEqual(refusals(policy({ policyTypes: ['Egress', 'Sideways'] })), [
    'spec.policyTypes[1]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"',
  ])
  assert.deepEqual(refusals(policy({ policyTypes: ['Ingress', 'Egress', 'Ingress'] })), [
    'spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes',
  ])
  assert.deepEqual(
    refusedChange(policy(), ({ spec }) => {
      spec.policyTypes = ['Up']
    }),
    ['spec.policyTypes[0]: Unsupported value: "Up": supported values: "Ingress", "Egress"'],
  )
})

test('who writes a range in another than its one form is warned, in both directions', () => {
  const odd = { ipBlock: { cidr: '2001:DB8::/32', except: ['2001:db8:0::/48'] } }
  const one = policy({ ingress: [{ from: [{ podSelector: {} }, odd] }], egress: [{ to: [odd] }] })
  assert.deepEqual(
    networkPolicyWarnings(one).map((text) => text.split(':')[0]),
    [
      'spec.ingress[0].from[1].ipBlock.cidr',
      'spec.ingress[0].from[1].ipBlock.except[0]',
      'spec.egress[0].to[0].ipBlock.cidr',
      'spec.egress[0].to[0].ipBlock.except[0]',
    ],
  )
  assert.deepEqual(networkPolicyWarnings(from({ ipBlock: { cidr: '10.0.0.0/8' } })), [])
})

test('who is let in anyway by an empty selector beside is told so, where one dash too many was written', () => {
  const app = { podSelector: { matchLabels: { app: 'web' } } }
  const all = { namespaceSelector: {} }
  const at = 'spec.ingress[0].from'
  const anywhere = (index: number, by: number) =>
    `${at}[${index}] has no effect: the empty namespaceSelector of from[${by}] means all pods of all namespaces; what shall hold of one pod at once stands in one peer`
  const here = (index: number, by: number) =>
    `${at}[${index}] has no effect: the empty podSelector of from[${by}] means all pods of the namespace`
  assert.deepEqual(networkPolicyWarnings(from(all, app)), [anywhere(1, 0)])
  assert.deepEqual(networkPolicyWarnings(from(app, { ...all, podSelector: {} })), [anywhere(0, 1)])
  assert.deepEqual(networkPolicyWarnings(from({ namespaceSelector: { matchLabels: { a: 'b' } } }, all)), [
    anywhere(0, 1),
  ])
  assert.deepEqual(networkPolicyWarnings(from({ podSelector: {} }, app)), [here(1, 0)])
  assert.deepEqual(networkPolicyWarnings(policy({ egress: [{ to: [all, app] }] })), [
    anywhere(1, 0).replaceAll('ingress', 'egress').replaceAll('from', 'to'),
  ])
  const block = { ipBlock: { cidr: '0.0.0.0/0' } }
  for (const fine of [
    [{ ...all, ...app }],
    [{ podSelector: {} }],
    [all],
    [all, block],
    [block, app],
    [{ podSelector: {} }, { namespaceSelector: { matchLabels: { a: 'b' } } }],
    [{ podSelector: {} }, { podSelector: {} }],
    [all, { ...all, podSelector: {} }],
    [app, { podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }],
  ])
    assert.deepEqual(networkPolicyWarnings(from(...fine)), [], JSON.stringify(fine))
})

test('rules beside one that lets in everything, and rules for what a policy is not about, are told of', () => {
  const some = { ports: [{ port: 80 }] }
  assert.deepEqual(networkPolicyWarnings(policy({ ingress: [some, {}] })), [
    'spec.ingress[0] has no effect: spec.ingress[1] names neither a sender nor a port, and lets in everything',
  ])
  assert.deepEqual(networkPolicyWarnings(policy({ egress: [{}, some], policyTypes: ['Egress'] })), [
    'spec.egress[1] has no effect: spec.egress[0] names neither a receiver nor a port, and lets out everything',
  ])
  assert.deepEqual(networkPolicyWarnings(policy({ egress: [{}], policyTypes: ['Ingress'] })), [
    'spec.egress has no effect: spec.policyTypes does not name Egress',
  ])
  assert.deepEqual(networkPolicyWarnings(policy({ ingress: [some], policyTypes: ['Egress'] })), [
    'spec.ingress has no effect: spec.policyTypes does not name Ingress',
  ])
  for (const idiom of [
    {},
    { ingress: [{}] },
    { egress: [{}], policyTypes: ['Egress'] },
    { ingress: [{ from: [] }] },
    { policyTypes: ['Ingress', 'Egress'] },
    { ingress: [{ from: [{ podSelector: {} }] }, some] },
  ])
    assert.deepEqual(networkPolicyWarnings(policy(idiom)), [], JSON.stringify(idiom))
})

test('a policy is listed with the pods that it is about', () => {
  assert.deepEqual(rowOf(policy()), ['p', '<none>', '30s'])
  assert.deepEqual(rowOf(policy({ podSelector: { matchLabels: { app: 'web' } } })), ['p', 'app=web', '30s'])
})
