import type { Protocol } from '#net/port-protocol.ts'
import type { Labels } from '#objects/object.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import type { Policy } from '#policy/rule.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { find } from '../../cluster/lookup.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Near } from '../../policies/nearest.ts'
import type { EndWord, PolicyObject, PolicyView } from '../../policies/policy-view.ts'
import { indexOf } from '../../policies/rule-parts.ts'
import { policyRef } from '../../policies/word.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Effect } from '../../trace/effect.ts'
import type { Missing, WantedLabel } from '../../trace/findings/isolated.ts'
import type { PolicyEnd } from '../../trace/policies/word.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import { look, or, patch, run, where } from '../cure.ts'
import { deploymentOf } from '../pods/owner.ts'
import { clusterPeerFor, peerFor } from './peer-of.ts'

type Direction = EndWord['direction']

/** A pod's word that lets nothing pass, with the other end as the trace has it. */
export interface StoppedWord {
  readonly word: EndWord
  readonly end: PolicyEnd
  /** Of the Service that led there. */
  readonly selector: Labels | undefined
}

const SIDES = { ingress: 'from', egress: 'to' } as const
const KINDS = { NetworkPolicy: 'networkpolicy', ClusterNetworkPolicy: 'clusternetworkpolicy' } as const

export const showPolicy = (policy: Policy): Cure => {
  const { namespace, name } = policyRef(policy)
  return look({ code: 'show-policy' }, 'kubectl', 'get', KINDS[policy.kind], name, ...where(namespace), '-o', 'yaml')
}

/** A patch of what a policy was read from. */
export const patchPolicy = (effect: Effect, view: PolicyView, policy: Policy, body: object): Cure =>
  patch(effect, KINDS[policy.kind], view.objectOf(policy), body)

/** What lets a connection pass that a NetworkPolicy isolates from: what the nearest rule lacks, and a rule of its own. */
export function isolatedCures(
  facts: ClusterFacts,
  view: PolicyView,
  { word, end, selector }: StoppedWord,
  nearest: Near | undefined,
): readonly Cure[] {
  const policy = nearest?.policy ?? (word.isolatedBy[0] as Policy)
  const object = view.objectOf(policy)
  const ref = policyRef(policy)
  const peer = peerFor(word.other, object.metadata?.namespace ?? '', selector)
  const port = { protocol: word.asked.protocol, port: word.asked.port }
  const side = SIDES[word.direction]
  const whole = addRule(object, word.direction, { [side]: [peer], ports: [port] })
  const plain = patch({ code: 'let-pass', policy: ref, peer: end }, 'networkpolicy', object, whole)
  if (nearest === undefined) return [plain]
  const { missing, rule } = nearest
  const at = `/spec/${word.direction}/${indexOf(rule.path)}`
  const labels = labelCure(facts, missing)
  const codes = new Set(missing.map(({ code }) => code))
  const extended =
    codes.size === 1 && codes.has('port')
      ? patch({ code: 'let-port-pass', rule: rule.path, policy: ref }, 'networkpolicy', object, [
          { op: 'add', path: `${at}/ports/-`, value: port },
        ])
      : codes.has('port') || codes.has('unreadable')
        ? plain
        : patch({ code: 'let-peer-pass', rule: rule.path, policy: ref, peer: end }, 'networkpolicy', object, [
            { op: 'add', path: `${at}/${side}/-`, value: peer },
          ])
  return labels === undefined ? [extended] : [labels, or(extended)]
}

/** A rule more, behind those that are there. */
export const addRule = ({ spec }: PolicyObject, direction: Direction, rule: object): readonly object[] =>
  (spec?.[direction] ?? []).length === 0
    ? [{ op: 'add', path: `/spec/${direction}`, value: [rule] }]
    : [{ op: 'add', path: `/spec/${direction}/-`, value: rule }]

/** The labels that are missing and nothing else, where none of them takes the place of another. */
function labelCure(facts: ClusterFacts, missing: readonly Missing[]): Cure | undefined {
  const [first] = missing
  if (first === undefined || (first.code !== 'pod-label' && first.code !== 'namespace-label')) return undefined
  const labels: Record<string, string> = {}
  for (const one of missing) {
    const value =
      'wanted' in one && one.code === first.code && one.has === undefined ? wantedValue(one.wanted) : undefined
    if (value === undefined || !('wanted' in one)) return undefined
    labels[one.wanted.key] = value
  }
  return first.code === 'pod-label' ? labelPod(facts, first.pod, labels) : labelNamespace(first.namespace, labels)
}

const wantedValue = ({ operator, values }: WantedLabel): string | undefined =>
  operator === 'in' ? values[0] : operator === 'exists' ? 'true' : undefined

const pairs = (labels: Labels): readonly string[] => Object.entries(labels).map(([key, value]) => `${key}=${value}`)

export const labelNamespace = (name: string, labels: Labels): Cure =>
  run(
    { code: 'label-namespace', object: { kind: 'Namespace', name }, labels },
    ...['kubectl', 'label', 'namespace', name, ...pairs(labels)],
  )

/** A pod, or what makes it: its pods are then made anew. */
function labelPod(facts: ClusterFacts, ref: ObjectRef, labels: Labels): Cure | undefined {
  const { namespace, name } = ref
  const pod = find(facts.pods, name, namespace)
  if (pod === undefined) return undefined
  const deployment = deploymentOf(facts, pod)
  const body = { spec: { template: { metadata: { labels } } } }
  if (deployment !== undefined)
    return patch({ code: 'label-pod', object: refOf('Deployment', deployment), labels }, 'deployment', deployment, body)
  const owner = controllerOf(pod)
  if (owner?.kind === 'StatefulSet' || owner?.kind === 'DaemonSet') {
    const object = { kind: owner.kind, ...(namespace && { namespace }), name: owner.name }
    const kind = owner.kind === 'StatefulSet' ? 'statefulset' : 'daemonset'
    return patch({ code: 'label-pod', object, labels }, kind, { metadata: object }, body)
  }
  return run(
    { code: 'label-pod', object: ref, labels },
    ...['kubectl', 'label', 'pod', name, ...where(namespace), ...pairs(labels)],
  )
}

const MOST_RULES = 25
const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const

/** A rule that accepts it, before the one that denies. */
export function deniedCures(view: PolicyView, { word, end, selector }: StoppedWord): readonly Cure[] {
  const { policy, rule } = word.by as NonNullable<EndWord['by']>
  const object = view.objectOf(policy)
  const peer = clusterPeerFor(word.other, word.direction, word.asked, selector)
  if (peer === undefined || (object.spec?.[word.direction] ?? []).length >= MOST_RULES) return [showPolicy(policy)]
  const protocol = PROTOCOLS[word.asked.protocol as Protocol]
  const accept = {
    action: 'Accept',
    [SIDES[word.direction]]: [peer],
    protocols: [{ [protocol]: { destinationPort: { number: word.asked.port } } }],
  }
  return [
    patch(
      { code: 'accept-before', rule: rule.path, policy: policyRef(policy), peer: end },
      'clusternetworkpolicy',
      object,
      [{ op: 'add', path: `/spec/${word.direction}/${indexOf(rule.path)}`, value: accept }],
    ),
  ]
}
