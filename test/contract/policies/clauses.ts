/**
 * What policies promise, line by line: a name for each, and what it says. The model counts which lines decided, so that a test
 * can tell whether it asked for each of them.
 */
export const POLICY_CLAUSES = {
  'open/nobody': 'without a policy that selects it a pod talks with everybody',
  'open/other-direction': 'a policy of one direction leaves the other open',
  'open/itself': 'a pod talks with itself',
  'open/node': 'the node talks with its own pods',

  'types/given': 'policyTypes says which directions a policy is about',
  'types/ingress': 'where it says nothing, it is about ingress',
  'types/egress-rules': '… and about egress if it has rules for that',

  'isolated/refuses': 'what no rule of a policy that selects the pod lets in is refused',
  'isolated/adds-up': 'what any rule of any policy that selects the pod lets in passes',
  'isolated/both-ends': 'both ends must let it pass',

  'subject/labels': 'a policy selects pods of its own namespace by their labels',
  'subject/elsewhere': '… and none of another namespace',
  'peer/absent': 'a rule without peers speaks of everybody',
  'peer/pods': 'a podSelector alone means pods of the policy’s namespace',
  'peer/namespaces': 'a namespaceSelector alone means all pods of these namespaces',
  'peer/both': 'both together mean these pods in these namespaces',
  'peer/stranger': 'selectors never mean who is no pod',
  'peer/block': 'an ipBlock means addresses, of pods too',
  'peer/except': 'what its except names is not meant by that block',
  'peer/except-own': '… but may be meant by another peer',
  'peer/other-family': 'a block of one family means nobody of the other',

  'ports/absent': 'a rule without ports speaks of all traffic',
  'ports/no-icmp': 'a rule with ports does not speak of what has none',
  'ports/protocol': 'a port is meant for its protocol alone',
  'ports/all': 'a protocol without a port means all its ports',
  'ports/number': 'a port by its number',
  'ports/range': 'ports from port to endPort',
  'ports/name': 'a port by its name at the destination pod',
  'ports/name-unknown': '… where that has no such name, nothing is meant',

  'tier/order': 'in a tier the lesser priority is asked first',
  'tier/rules': 'in a policy rules are asked in their order',
  'tier/accept': 'Accept lets it pass, whatever comes later',
  'tier/deny': 'Deny refuses it, whatever comes later',
  'tier/pass': 'Pass goes on to the next tier',
  'tier/unmatched': 'what no rule of a tier speaks of goes on to the next tier',
  'tier/admin-first': 'the tier Admin is asked before NetworkPolicies',
  'tier/baseline': 'the tier Baseline is asked where no NetworkPolicy selects the pod',
  'tier/baseline-skipped': '… and not where one does',
  'tier/default': 'what no tier decides passes',
  'tier/namespaces': 'a peer or subject of namespaces means all their pods',
  'tier/pods': 'one of pods means those with such labels there',
  'tier/networks': 'networks mean addresses, of pods too',
  'tier/nodes': 'nodes mean the addresses of nodes with these labels',
  'tier/named-port': 'a destinationNamedPort is of any protocol',
  'dns/stands-for': 'a node that serves the cluster’s DNS is a pod of kube-dns for that traffic',
  'dns/alone': '… and for no other',
  'dns/names': '… and has the names that those pods have for their ports',
} as const

export type PolicyClause = keyof typeof POLICY_CLAUSES
export type PolicyHit = (clause: PolicyClause) => void
