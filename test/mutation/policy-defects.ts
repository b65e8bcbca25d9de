import type { PolicyClause } from '../contract/policies/clauses.ts'
import type { Edit } from './sow.ts'

/** A mistake that somebody could make in the policies, and the line of their contract that it breaks. */
export interface PolicyDefect {
  readonly clause: PolicyClause
  readonly what: string
  readonly edits: readonly Edit[]
}

const defect =
  (file: string) =>
  (clause: PolicyClause, what: string, from: string, to: string): PolicyDefect => ({
    clause,
    what,
    edits: [{ file, from, to }],
  })

const rules = defect('dataplane/policy/ruleset.ts')
const compile = defect('dataplane/policy/compile.ts')
const own = defect('policy/reading/read-network-policy.ts')
const cluster = defect('policy/reading/read-cluster-network-policy.ts')
const verdicts = defect('policy/verdicts.ts')
const rule = defect('policy/rule.ts')
const why = defect('policy/why.ts')
const book = defect('policy/address-book.ts')
const cells = defect('policy/cells.ts')
const node = defect('policy/node-policy.ts')
const peer = defect('policy/peer.ts')
const objects = defect('policy/policy-objects.ts')

export const POLICY_DEFECTS: readonly PolicyDefect[] = [
  rules(
    'open/nobody',
    'what pods send is asked about, whether a policy selects them or not',
    "[lookup(['saddr'], 'policed-egress'), go('jump', 'to-egress')]",
    "[go('jump', 'to-egress')]",
  ),
  verdicts(
    'open/other-direction',
    'who is isolated in one direction is in both',
    "(one) => one.tier === 'NetworkPolicy' && one.rules[direction] !== undefined,\n  )",
    "(one) => one.tier === 'NetworkPolicy',\n  )",
  ),
  rules(
    'open/itself',
    'a pod does not talk with itself',
    "      [lookup(['saddr', 'daddr'], 'selves'), accept],\n",
    '',
  ),
  rules(
    'open/node',
    'what the node sends to its pods is asked about',
    "rules: [[answered, accept], midStream('daddr')],",
    "rules: [[answered, accept], [lookup(['daddr'], 'policed-ingress'), go('jump', 'to-ingress')]],",
  ),
  own(
    'types/given',
    'rules for egress count where the types do not name it',
    "types.length > 0 ? types.includes('Egress') : (spec?.egress ?? []).length > 0",
    "types.includes('Egress') || (spec?.egress ?? []).length > 0",
  ),
  own(
    'types/ingress',
    'no types mean no ingress',
    "types.length === 0 || types.includes('Ingress')",
    "types.includes('Ingress')",
  ),
  own(
    'types/egress-rules',
    'no types mean no egress',
    "types.length > 0 ? types.includes('Egress') : (spec?.egress ?? []).length > 0",
    "types.includes('Egress')",
  ),
  verdicts(
    'isolated/refuses',
    'a policy without rules isolates nobody',
    "one.tier === 'NetworkPolicy' && one.rules[direction] !== undefined",
    "one.tier === 'NetworkPolicy' && (one.rules[direction] ?? []).length > 0",
  ),
  rule(
    'isolated/adds-up',
    'the last rule that speaks of somebody counts',
    "unionOf(matches.flatMap(({ tier, traffic }) => (tier === 'NetworkPolicy' ? [traffic] : [])))",
    "matches.findLast(({ tier }) => tier === 'NetworkPolicy')?.traffic ?? NONE",
  ),
  rules('isolated/both-ends', 'who has been let out is let in', "go('jump', 'to-egress')]", "go('goto', 'to-egress')]"),
  node(
    'subject/labels',
    'a selector is asked of the namespace’s labels',
    'this.#book.namespaceLabels(namespace), labels)',
    'this.#book.namespaceLabels(namespace), this.#book.namespaceLabels(namespace) ?? labels)',
  ),
  own(
    'subject/elsewhere',
    'a policy selects pods of all namespaces',
    'subject: { namespaces: { name: namespace },',
    'subject: { namespaces: { labels: [] },',
  ),
  own('peer/absent', 'no peers mean nobody', 'peers: peers.length === 0 ? undefined : read', 'peers: read'),
  rules(
    'peer/absent',
    'what is said of anyone is not asked of those who are known',
    '      [nobody],\n      ...asked,\n      [drop],',
    '      [drop],',
  ),
  own(
    'peer/pods',
    'pods without a namespace are of the namespace default',
    'return { name: own }',
    "return { name: own === '' ? own : 'default' }",
  ),
  own(
    'peer/namespaces',
    'labels of namespaces are asked of their pods too',
    'requirements(podSelector ?? {},',
    'requirements(podSelector ?? namespaceSelector ?? {},',
  ),
  own(
    'peer/both',
    'pods of namespaces are of the own one',
    'namespacesOf(namespaceSelector,',
    'namespacesOf(podSelector && namespaceSelector ? undefined : namespaceSelector,',
  ),
  peer(
    'peer/both',
    'either of the selectors is enough',
    'isNamespaceOf(namespaces, namespace, ofNamespace) && matchesLabels(pods, labels)',
    "(isNamespaceOf(namespaces, namespace, ofNamespace) && matchesLabels(pods, labels)) || ('labels' in namespaces && namespaces.labels.length > 0 && pods.length > 0 && isNamespaceOf(namespaces, namespace, ofNamespace))",
  ),
  book(
    'peer/stranger',
    'nodes are taken for pods',
    'const peers = this.#index.ofNode(labels)',
    "const peers = [...this.#index.ofNode(labels), ...this.#index.ofPod('kube-system', labels)]",
  ),
  book(
    'peer/block',
    'an ipBlock does not mean pods that a selector means',
    'blocks.size === 0 ? traits.peers : [...traits.peers, ...blocks]',
    'blocks.size === 0 || traits.peers.length > 0 ? traits.peers : [...blocks]',
  ),
  cells(
    'peer/except',
    'what is excepted is let in',
    '    if (hole.last < first || hole.first > last) continue\n',
    '    continue\n',
  ),
  cells(
    'peer/except-own',
    'what one block excepts is excepted from all',
    '.flatMap(rangesOf)',
    '.map((one, _, all) => ({ ...one, except: all.flatMap(({ except }) => except) })).flatMap(rangesOf)',
  ),
  verdicts(
    'peer/other-family',
    'a rule of blocks means everybody of the other family',
    'rule.peers === undefined\n      ?',
    "rule.peers === undefined || rule.peers.some((peer) => peer.kind === 'block' && peer.block.address.family !== family)\n      ?",
  ),
  own('ports/absent', 'no ports mean none', 'ports.length === 0 ? ALL : unionOf', 'ports.length < 0 ? ALL : unionOf'),
  verdicts(
    'ports/absent',
    'what has no ports is never as for anyone',
    'const others = base?.others ?? false',
    'const others = false',
  ),
  defect('policy/traffic.ts')(
    'ports/no-icmp',
    'rules with ports let pings in',
    '  ...NONE,\n',
    '  ...NONE,\n  others: true,\n',
  ),
  own(
    'ports/protocol',
    'a port is TCP’s whatever is said',
    'return portsOf(known, port, last)',
    "return portsOf('TCP', port, last)",
  ),
  own(
    'ports/all',
    'a protocol without a port means the privileged ones',
    'endPort === undefined) return portsOf(known)',
    'endPort === undefined) return portsOf(known, 1, 1023)',
  ),
  own(
    'ports/number',
    'ports without an end go on to the last',
    'const last = endPort ?? port',
    'const last = endPort ?? 65535',
  ),
  own('ports/range', 'endPort is overlooked', 'const last = endPort ?? port', 'const last = port'),
  compile('ports/range', 'two ports in a row are the first of them', 'first === last', 'first >= last - 1'),
  verdicts(
    'ports/name',
    'a name is looked up at the pod that asks',
    "const own = direction === 'ingress' ? trafficOf(rule, ports) : undefined",
    "const own = direction === 'ingress' || rule.names.length > 0 ? trafficOf(rule, ports) : undefined",
  ),
  verdicts(
    'ports/name',
    'names that are asked of anyone are looked up at nobody',
    "direction === 'egress' && ports.length > 0\n",
    "direction === 'ingress' && ports.length > 0\n",
  ),
  objects(
    'ports/name',
    'ports of containers that run beside the others have no names',
    'runningContainers(pod)',
    '(pod.spec?.containers ?? [])',
  ),
  own(
    'ports/name-unknown',
    'a name alone means all ports',
    'ports.length === 0 ? ALL : unionOf',
    "meant.every((one) => 'name' in one) ? ALL : unionOf",
  ),
  verdicts(
    'tier/order',
    'the greater priority is asked first',
    'left.priority - right.priority ||',
    'right.priority - left.priority ||',
  ),
  why('tier/order', 'people are told what the policy of the first name says', 'left.priority - right.priority || ', ''),
  verdicts(
    'tier/rules',
    'the last rule is asked first',
    '(rules[direction] ?? []).map(',
    '(rules[direction] ?? []).toReversed().map(',
  ),
  rule(
    'tier/accept',
    'what the tier Admin accepts goes on to the next',
    "if (rule.action === 'Accept') accepted = union(accepted, met)\n    else if (rule.action === 'Pass')",
    "if (rule.action === 'Accept' && tier !== 'Admin') accepted = union(accepted, met)\n    else if (rule.action !== 'Deny')",
  ),
  rule('tier/deny', 'what is denied goes on to the next tier', "else if (rule.action === 'Pass')", 'else'),
  rule(
    'tier/pass',
    'Pass goes on to the next rule of its tier',
    'passed = union(passed, met)',
    'rest = union(rest, met)',
  ),
  why(
    'tier/pass',
    'people are told that what is passed on is refused',
    "by !== undefined && by.rule.action !== 'Pass'",
    'by !== undefined',
  ),
  rule(
    'tier/unmatched',
    'what the tier Admin does not speak of is refused',
    'const next = union(admin.passed, admin.rest)',
    "const next = matches.some(({ tier }) => tier === 'Admin') ? admin.passed : admin.rest",
  ),
  rule(
    'tier/admin-first',
    'what a NetworkPolicy does not let in is refused, whatever the tier Admin accepts',
    'return union(admin.accepted, common(next, allowed))',
    'return common(next, allowed)',
  ),
  rule(
    'tier/baseline',
    'the tier Baseline denies nothing',
    'union(baseline.accepted, union(baseline.passed, baseline.rest))',
    'union(baseline.accepted, ALL)',
  ),
  rule(
    'tier/baseline-skipped',
    'the tier Baseline adds to NetworkPolicies',
    'common(next, allowed))',
    "common(next, union(allowed, ofTier(matches, 'Baseline').accepted)))",
  ),
  why(
    'tier/baseline-skipped',
    'people are told what the tier Baseline says of isolated pods',
    'if (isolatedBy.length > 0) return {',
    'if (isolatedBy.length > 0 && by !== undefined) return {',
  ),
  rule(
    'tier/default',
    'what the tier Baseline does not speak of is refused',
    'union(baseline.accepted, union(baseline.passed, baseline.rest))',
    'union(baseline.accepted, baseline.passed)',
  ),
  cluster(
    'tier/namespaces',
    'labels of namespaces are asked of their pods too',
    'return labels && { namespaces: { labels }, pods: [] }',
    'return labels && { namespaces: { labels }, pods: labels }',
  ),
  cluster(
    'tier/pods',
    'labels of pods are overlooked',
    'return labels && own && { namespaces: { labels }, pods: own }',
    'return labels && own && { namespaces: { labels }, pods: [] }',
  ),
  cluster(
    'tier/networks',
    'the first network alone counts',
    'return networks.flatMap((cidr, index) => {',
    'return networks.slice(0, 1).flatMap((cidr, index) => {',
  ),
  cluster('tier/nodes', 'nodes mean all nodes', '[nodePeer(labels)]', '[nodePeer([])]'),
  cluster('tier/named-port', 'names of ports are of TCP', 'protocol: undefined }', "protocol: 'TCP' }"),
  book(
    'dns/stands-for',
    'nodes stand for pods by their own labels',
    'this.#index.ofPod(serves.namespace, serves.labels)',
    'this.#index.ofPod(serves.namespace, labels)',
  ),
  verdicts(
    'dns/alone',
    'nodes stand for pods of the DNS whatever is asked of them',
    'isWhole ? ALL : identity.limit',
    "isWhole || direction === 'egress' ? ALL : identity.limit",
  ),
  book(
    'dns/names',
    'nodes have no names for ports',
    '(serves?.ports ?? []).filter(({ name }) => this.#names.has(name))',
    '[] as const',
  ),
]
