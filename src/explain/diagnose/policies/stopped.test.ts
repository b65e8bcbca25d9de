import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { ask, at, pod, slice } from '../../testing/cluster.ts'
import { clusterPolicy, policy, withPolicies } from '../../testing/policies.ts'
import type { WithWords } from '../../testing/told.ts'

const web = { matchLabels: { app: 'web' } }
const webPods = { podSelector: web }
const findingsOf = (given: ClusterFacts, to = 'svc/web', from = 'pod/client'): readonly WithWords[] =>
  ask(from, to, {}, given).findings
const only = (given: ClusterFacts, to?: string, from?: string): WithWords => {
  const [finding, ...more] = findingsOf(given, to, from)
  assert.ok(finding)
  assert.deepEqual(more, [])
  return finding
}
const ingress = (...rules: readonly object[]) => policy('in', { podSelector: web, ingress: rules })
const nearestOf = (...rules: readonly object[]): string | undefined =>
  only(withPolicies([ingress(...rules)])).details[0]

test('the rule that comes nearest is named with what is missing', () => {
  const friend = { podSelector: { matchLabels: { role: 'friend' } } }
  assert.equal(
    nearestOf({ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }, { from: [friend] }),
    'nearest is NetworkPolicy default/in, spec.ingress[1].from[0]: pod default/client must have role=friend, and has no such label',
  )
  assert.equal(
    nearestOf({ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }),
    'nearest is NetworkPolicy default/in, spec.ingress[0].from[0]: pod default/client must have app=friend, and has app=client',
  )
  assert.equal(
    nearestOf({
      from: [friend, { podSelector: {} }],
      ports: [{ port: 80 }, { port: 'http', protocol: 'UDP' }, { port: 90, endPort: 99 }, { protocol: 'SCTP' }],
    }),
    'nearest is NetworkPolicy default/in, spec.ingress[0].from[1]: it speaks of 80/TCP, port http/UDP, 90-99/TCP and all of SCTP alone, and 80 is the port of Service default/web, which leads to 8080 of the pod: policies see that',
  )
  assert.equal(
    nearestOf({ from: [{ namespaceSelector: { matchLabels: { team: 'a' } }, podSelector: {} }] }),
    'nearest is NetworkPolicy default/in, spec.ingress[0].from[0]: namespace default must have team=a, and has no such label',
  )
  assert.equal(
    nearestOf({ from: [{ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.1.0/24'] } }] }),
    'nearest is NetworkPolicy default/in, spec.ingress[0].from[0]: 10.244.1.9 lies in 10.244.1.0/24, which is left out of 10.244.0.0/16',
  )
  assert.equal(
    nearestOf({ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }),
    'nearest is NetworkPolicy default/in, spec.ingress[0].from[0]: 10.244.1.9 is not in 192.0.2.0/24',
  )
  const expressions = [
    { key: 'a', operator: 'Exists' },
    { key: 'app', operator: 'DoesNotExist' },
    { key: 'b', operator: 'In', values: ['x', 'y'] },
  ]
  assert.equal(
    nearestOf({ from: [{ podSelector: { matchExpressions: expressions } }] }),
    'nearest is NetworkPolicy default/in, spec.ingress[0].from[0]: pod default/client must have a label a, and has no such label; and pod default/client must have no label app, and has app=client; and pod default/client must have b of x or y, and has no such label',
  )
})

test('of several rules that one is named to which one label or the Service’s port is missing, not one for DNS alone', () => {
  const at = (rules: readonly object[], of: 'ingress' | 'egress' = 'ingress'): string | undefined => {
    const subject = of === 'ingress' ? web : { matchLabels: { app: 'client' } }
    const types = [of === 'ingress' ? 'Ingress' : 'Egress']
    const given = withPolicies([policy('one', { podSelector: subject, policyTypes: types, [of]: rules })])
    return /spec\.\w+\[\d\]/.exec(findingsOf(given)[0]?.details[0] ?? '')?.[0]
  }
  const all = [{ podSelector: {} }]
  const labelled = (...names: readonly string[]) => [
    { podSelector: { matchLabels: Object.fromEntries(names.map((name) => [name, 'x'])) } },
  ]
  const outside = [{ ipBlock: { cidr: '192.0.2.0/24' } }]
  assert.equal(at([{ from: labelled('a', 'b') }, { from: labelled('a') }]), 'spec.ingress[1]')
  assert.equal(at([{ from: labelled('a') }, { from: labelled('b') }]), 'spec.ingress[0]', 'the first of two')
  assert.equal(at([{ from: outside }, { from: labelled('a') }]), 'spec.ingress[1]')
  assert.equal(
    at([
      { from: all, ports: [{ port: 81 }] },
      { from: all, ports: [{ port: 80 }] },
    ]),
    'spec.ingress[1]',
  )
  const dns = { to: all, ports: [{ port: 53, protocol: 'UDP' }] }
  assert.equal(at([dns, { to: labelled('a', 'b') }], 'egress'), 'spec.egress[1]')
  const named = { ...dns, ports: [...dns.ports, { port: 'htp' }] }
  assert.equal(at([named, { to: labelled('a', 'b') }], 'egress'), 'spec.egress[0]', 'and of a port by its name')
  assert.equal(at([{ ...dns, ports: [{ port: 54 }] }, { to: labelled('a', 'b') }], 'egress'), 'spec.egress[0]')
  assert.equal(at([{ ...dns, ports: [...dns.ports, { port: 80 }] }, { to: labelled('a') }], 'egress'), 'spec.egress[0]')
})

test('a label that a namespace has otherwise is told with what it has', () => {
  const from = [{ namespaceSelector: { matchLabels: { team: 'a' } } }]
  const given = withPolicies([policy('in', { podSelector: web, ingress: [{ from }] })])
  assert.match(
    only({ ...given, namespaceLabels: { ...given.namespaceLabels, default: { team: 'b' } } }).details[0] ?? '',
    /namespace default must have team=a, and has team=b$/,
  )
})

test('a podSelector alone means the policy’s own namespace; selectors mean no node', () => {
  const there = withPolicies([policy('in', { podSelector: web, ingress: [{ from: [{ podSelector: {} }] }] })], [], {
    namespaces: ['default', 'front'],
    pods: [
      pod('web-1', 1, 11),
      pod('web-2', 2, 11),
      pod('client', 1, 9, { namespace: 'front', labels: { app: 'client' } }),
    ],
  })
  assert.match(
    only(there, 'svc/default/web', 'pod/front/client').details[0] ?? '',
    /a podSelector alone means pods of namespace default, and pod front\/client is none of it$/,
  )
  const node = only(withPolicies([ingress({ from: [{ podSelector: {} }] })]), 'pod/web-2:8080', 'node/node-1')
  assert.match(node.details[0] ?? '', /selectors mean pods, and it is node-1$/)
})

test('what cannot be read is told with its field, and stands closed', () => {
  const finding = only(withPolicies([ingress({ from: [{ ipBlock: { cidr: '10.0.0.0/40' } }] })]))
  assert.deepEqual(finding.details, [
    'nearest is NetworkPolicy default/in, spec.ingress[0].from[0]: it cannot be read',
    'NetworkPolicy default/in stands closed where it cannot be read: spec.ingress[0].from[0].ipBlock is no range: write cidr and except as 10.9.8.0/24 or 2001:db8::/64',
  ])
})

test('pods of one Service that the same policies close are one finding; ends that both close are two', () => {
  const many = Array.from({ length: 7 }, (_, index) => pod(`web-${index}`, 1, 20 + index))
  const endpoints = many.map((_, index) => at(`10.244.1.${20 + index}`, 1))
  const given = withPolicies([policy('out', { policyTypes: ['Egress'] }), ingress()], [], {
    pods: [...many, pod('client', 1, 9, { labels: { app: 'client' } })],
    slices: [slice('web', endpoints)],
  })
  const findings = findingsOf(given)
  assert.deepEqual(
    findings.map(({ message }) => message),
    [
      'pod default/client may not ask pod default/web-0, pod default/web-1, pod default/web-2, pod default/web-3, pod default/web-4 or 2 more at 8080/TCP: NetworkPolicy default/out isolates it (egress), and no rule lets it pass: dropped',
      'pods default/web-0, default/web-1, default/web-2, default/web-3, default/web-4 and 2 more may not be asked at 8080/TCP by pod default/client: NetworkPolicy default/in isolates them (ingress), and no rule lets it pass: dropped',
    ],
  )
  assert.deepEqual(
    findings.map(({ details }) => details),
    [['it has no egress rule at all: nothing passes'], ['it has no ingress rule at all: nothing passes']],
  )
})

const commandsOf = ({ cures }: WithWords): readonly string[] => cures.map(({ command }) => command)
const specOf = ({ cures }: WithWords, index = 0): unknown => JSON.parse(cures[index]?.input ?? '{}').spec

test('what was not meant by any rule gets a policy of its own; a rule is changed where a label of it is misspelt', () => {
  const meaning = (name: string) => [ingress({ from: [{ podSelector: { matchLabels: { app: name } } }] })]
  const client = { podSelector: { matchLabels: { app: 'client' } } }
  const ports = [{ protocol: 'TCP', port: 8080 }]
  const other = only(withPolicies(meaning('friend')))
  assert.deepEqual(specOf(other), { ...webPods, policyTypes: ['Ingress'], ingress: [{ from: [client], ports }] })
  assert.match(commandsOf(other)[0] ?? '', /^echo '\{"apiVersion":"networking.k8s.io\/v1",.*\}' \| kubectl apply -f -$/)
  assert.equal(
    other.cures[0]?.effect,
    'let pod default/client pass, by a policy of its own, default/allow-ingress-web-from-client-8080',
  )
  assert.deepEqual(commandsOf(only(withPolicies(meaning('clinet')))), [
    `kubectl patch networkpolicy in -n default --type json -p '[{"op":"replace","path":"/spec/ingress/0/from/0/podSelector","value":{"matchLabels":{"app":"client"}}}]'`,
  ])
})

test('a cure says whom it means: all pods that a Deployment makes, or of a namespace, where one has no labels of its own', () => {
  const deny = [policy('deny', { policyTypes: ['Ingress'] })]
  const words = (client: ReturnType<typeof pod>, web: object = {}) =>
    only(
      withPolicies(deny, [], {
        pods: [pod('web-1', 1, 11, web), client],
        slices: [slice('web', [at('10.244.1.11', 1)])],
      }),
      'pod/web-1:8080',
      `pod/${client.metadata?.name}`,
    ).cures[0]?.effect
  const made = pod('front-5c8-x', 1, 9, { labels: { app: 'front', 'pod-template-hash': '5c8' } })
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'front-5c8', uid: 'o', controller: true }]
  assert.equal(
    words({ ...made, metadata: { ...made.metadata, ownerReferences } } as typeof made),
    'let the pods of Deployment default/front pass, by a policy of its own, default/allow-ingress-web-1-from-front-8080',
  )
  assert.equal(
    words(pod('nolab', 1, 9, { labels: {} })),
    'let all pods of default (pod default/nolab has no labels to be meant by) pass, by a policy of its own, default/allow-ingress-web-1-from-nolab-8080',
  )
  assert.equal(
    words(pod('client', 1, 9, { labels: { app: 'client' } }), { labels: {} }),
    'let pod default/client pass, for all pods of default, of which one has no labels, by a policy of its own, default/allow-ingress-web-1-from-client-8080',
  )
})

test('a policy of its own isolates nobody that was not isolated, and takes no name that is taken', () => {
  const expressions = [{ key: 'app', operator: 'NotIn', values: ['db'] }]
  const given = withPolicies([
    policy('some', { podSelector: { matchExpressions: expressions } }),
    policy('allow-ingress-web-from-client-8080', { podSelector: { matchLabels: { app: 'else' } } }),
  ])
  const finding = only(given)
  const subject = { podSelector: { matchLabels: { app: 'web' }, matchExpressions: expressions } }
  assert.deepEqual(
    { ...(specOf(finding) as object), ingress: [], policyTypes: [] },
    { ...subject, ingress: [], policyTypes: [] },
  )
  assert.equal(JSON.parse(finding.cures[0]?.input ?? '').metadata.name, 'allow-ingress-web-from-client-8080-2')
})

test('a rule for DNS alone is neither near to another port nor opened for it, however many it means', () => {
  const dns = { to: [{ namespaceSelector: {} }], ports: [{ protocol: 'UDP', port: 53 }] }
  const out = policy('dns', { policyTypes: ['Egress'], egress: [dns] })
  const finding = only(withPolicies([out]), 'svc/web')
  assert.deepEqual(specOf(finding), {
    podSelector: { matchLabels: { app: 'client' } },
    policyTypes: ['Egress'],
    egress: [{ to: [webPods], ports: [{ protocol: 'TCP', port: 8080 }] }],
  })
})

test('a rule that has the Service’s port, or means its address, is told so, and gets what policies see', () => {
  const out = (rule: object) => withPolicies([policy('out', { policyTypes: ['Egress'], egress: [rule] })])
  const port = only(out({ to: [webPods], ports: [{ port: 80 }] }))
  assert.match(
    port.details[0] ?? '',
    /it speaks of 80\/TCP alone, and 80 is the port of Service default\/web, which leads to 8080 of the pod: policies see that$/,
  )
  assert.deepEqual(commandsOf(port), [
    `kubectl patch networkpolicy out -n default --type json -p '[{"op":"add","path":"/spec/egress/0/ports/-","value":{"protocol":"TCP","port":8080}}]'`,
  ])
  const address = only(out({ to: [{ ipBlock: { cidr: '10.96.0.1/32' } }], ports: [{ port: 80 }] }))
  assert.match(
    address.details[0] ?? '',
    /spec\.egress\[0\]\.to\[0\]: 10\.96\.0\.1 is the ClusterIP of Service default\/web, which policies never see: they see who is behind it; and it speaks of 80/,
  )
  assert.deepEqual(commandsOf(address), [
    `kubectl patch networkpolicy out -n default --type json -p '[{"op":"replace","path":"/spec/egress/0/to/0","value":{"podSelector":{"matchLabels":{"app":"web"}}}},{"op":"add","path":"/spec/egress/0/ports/-","value":{"protocol":"TCP","port":8080}}]'`,
  ])
})

test('what is wrong with the rule that should let DNS pass is told, and other rules are not spoken of', () => {
  const dnsPods = (value: string) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': value } },
  })
  const detailsOf = (...egress: readonly object[]) =>
    only(withPolicies([policy('out', { policyTypes: ['Egress'], egress })]), 'web.default:80').details
  const port = [{ protocol: 'UDP', port: 53 }]
  const toWeb = { to: [webPods] }
  const asked = withPolicies([
    policy('out', { policyTypes: ['Egress'], egress: [toWeb, { to: [dnsPods('coredns')], ports: port }] }),
  ])
  assert.match(
    only(asked, 'web.default:80').details[0] ?? '',
    /spec\.egress\[1\]\.to\[0\]: pods of the cluster’s DNS must have k8s-app=coredns, and have k8s-app=kube-dns$/,
  )
  assert.equal(detailsOf(toWeb).length, 1)
  const named = (name: string) => [{ port: 8080 }, { protocol: 'UDP', port: name }]
  assert.match(
    detailsOf(toWeb, { to: [dnsPods('kube-dns')], ports: named('dns-udp') })[0] ?? '',
    /spec\.egress\[1\]\.to\[0\]: it speaks of 8080\/TCP and port dns-udp\/UDP alone, and there that port is called dns$/,
  )
  assert.equal(detailsOf({ ...toWeb, ports: named('http') }).length, 1, 'a name of another’s port')
  assert.equal(detailsOf(toWeb, { to: [dnsPods('kube-dns')], ports: [{ port: 9153 }] }).length, 1, 'metrics')
})

test('DNS is forgotten where the DNS itself is asked, at its own port, and nowhere else', () => {
  const given = withPolicies([policy('out', { policyTypes: ['Egress'], egress: [{ to: [webPods] }] })])
  const reasonOf = (to: string, protocol: 'TCP' | 'UDP' | 'SCTP', facts = given) =>
    ask('pod/client', to, { protocol }, facts).findings.map(({ reason }) => reason)
  assert.deepEqual(reasonOf('172.30.0.2:53', 'UDP'), ['dns-forgotten'])
  assert.deepEqual(reasonOf('172.30.0.3:53', 'TCP'), ['dns-forgotten'], 'any node answers')
  for (const [to, protocol] of [
    ['172.30.0.2:8080', 'TCP'],
    ['203.0.113.7:53', 'UDP'],
    ['172.30.0.2:53', 'SCTP'],
  ] as const)
    assert.deepEqual(reasonOf(to, protocol), ['policy-isolates'], `${to}/${protocol}`)
  const atOne = { ...given, network: { ...given.network, dnsOnNodes: false } }
  assert.deepEqual(reasonOf('172.30.0.2:53', 'UDP', atOne), ['dns-forgotten'])
  assert.deepEqual(reasonOf('172.30.0.2:8080', 'TCP', atOne), ['policy-isolates'], 'another port there')
  assert.deepEqual(reasonOf('172.30.0.3:53', 'UDP', atOne), ['policy-isolates'], 'another node')
})

test('a range of ClusterIPs keeps its place in the rule: who is behind the Service stands beside it', () => {
  const rule = { to: [{ ipBlock: { cidr: '10.96.0.0/24' } }], ports: [{ port: 8080 }] }
  assert.deepEqual(commandsOf(only(withPolicies([policy('out', { policyTypes: ['Egress'], egress: [rule] })]))), [
    `kubectl patch networkpolicy out -n default --type json -p '[{"op":"add","path":"/spec/egress/0/to/-","value":{"podSelector":{"matchLabels":{"app":"web"}}}}]'`,
  ])
})

test('DNS that was forgotten is named so where a name is asked for, and where the DNS itself is', () => {
  const out = policy('out', { policyTypes: ['Egress'], egress: [{ to: [{ podSelector: web }] }] })
  const given = withPolicies([out])
  assert.equal(ask('pod/client', 'svc/web', {}, given).verdict, 'reachable')
  for (const to of ['web.default:80', 'svc/kube-system/kube-dns:53']) {
    const finding = only(given, to)
    assert.equal(finding.reason, 'dns-forgotten', to)
    assert.match(
      finding.message,
      /^pod default\/client may not ask the cluster’s DNS \(53\/UDP\): egress is isolated by default\/out,/,
    )
    assert.match(
      finding.cures[0]?.command ?? '',
      /"k8s-app":"kube-dns".*"protocol":"UDP","port":53.*"protocol":"TCP","port":53/,
    )
  }
})

test('a name that policies let nobody ask for is not told as if it were found', () => {
  const out = policy('out', { policyTypes: ['Egress'], egress: [{ to: [webPods] }] })
  const lines = (to: string) =>
    ask('pod/client', to, {}, withPolicies([out]))
      .steps.flatMap(({ details = [] }) => details)
      .join()
  assert.match(lines('web.default:80'), /the sender gets no answer from the DNS, as is told below/)
  assert.doesNotMatch(lines('svc/web'), /no answer from the DNS/)
})

test('a ClusterNetworkPolicy that denies is told with its tier; where no peer of ingress means the sender, it is shown', () => {
  const deny = { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }
  const admin = only(withPolicies([], [clusterPolicy('apart', deny)]))
  assert.equal(admin.reason, 'policy-denies')
  assert.match(
    admin.message,
    /ClusterNetworkPolicy apart \(tier Admin, priority 10\), spec\.ingress\[0\]\.from\[0\], denies it: dropped$/,
  )
  const baseline = only(withPolicies([], [clusterPolicy('base', { ...deny, tier: 'Baseline', priority: 0 })]))
  assert.match(baseline.details[0] ?? '', /^the tier Baseline is asked since no NetworkPolicy isolates it/)
  const unread = { ingress: [{ action: 'Deny', from: [{}] }] }
  const closed = only(withPolicies([], [clusterPolicy('odd', unread)]), 'pod/web-2:8080', 'node/node-1')
  assert.deepEqual(
    closed.cures.map(({ kind, command }) => [kind, command]),
    [['look', 'kubectl get clusternetworkpolicy odd -o yaml']],
  )
})
