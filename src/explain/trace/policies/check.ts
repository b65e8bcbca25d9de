import type { Protocol } from '#net/port-protocol.ts'
import type { Cure } from '../cure.ts'
import type { DnsForgotten, PolicyFaults, WantedLabel } from '../findings/isolated.ts'
import type { Labelled } from '../findings/selector.ts'
import type { ObjectRef } from '../reference.ts'
import type { Unseen } from '../unseen.ts'
import type { PortRef } from '../walk/entry.ts'

/** What is wrong with the policies of a cluster, whoever asks whom. */
export interface PolicyCheck {
  /** How many were looked at. */
  readonly policies: number
  readonly findings: readonly PolicyFinding[]
  readonly unseen: readonly Unseen[]
}

export type PolicyFinding = PolicyMatter & {
  readonly cures: readonly Cure[]
  /** It is so when the cures of those before it are done. */
  readonly follows?: true
}

/** A word for programs, which stays. `docs/policy.md` tells of each. */
export type PolicyReason = PolicyMatter['reason']

type PolicyMatter =
  | DnsForgotten
  | PeerIsClusterIp
  | PeerMeansNobody
  | PolicyPortIsServices
  | PolicyPortUnknown
  | PolicySelectsHostNetwork
  | PolicySelectsNothing
  | PolicyUnreadable
  | PriorityShared
  | RuleIsSplit
  | ServiceClosed

/** Nobody at all may ask some of a Service’s ready pods. */
interface ServiceClosed {
  readonly reason: 'service-closed'
  readonly service: ObjectRef
  readonly port: PortRef
  readonly pods: readonly ObjectRef[]
  /** Of so many that are ready. */
  readonly of: number
  readonly policies: readonly ObjectRef[]
}

interface PolicySelectsNothing {
  readonly reason: 'policy-selects-nothing'
  readonly policy: ObjectRef
  /** `spec.podSelector` */
  readonly path: string
  readonly what: 'namespaces' | 'pods'
  readonly wanted: readonly WantedLabel[]
  /** What the nearest pods are labelled. */
  readonly near: readonly Labelled[]
  /** Other namespaces, where such pods are. */
  readonly elsewhere?: readonly string[]
}

/** All pods that it selects live in the network of their node, where no policy reaches them. */
interface PolicySelectsHostNetwork {
  readonly reason: 'policy-selects-host-network'
  readonly policy: ObjectRef
  readonly pods: readonly ObjectRef[]
}

interface PolicyUnreadable extends PolicyFaults {
  readonly reason: 'policy-unreadable'
}

/** A port by a name that none of the pods has that are asked by this rule. */
interface PolicyPortUnknown {
  readonly reason: 'policy-port-unknown'
  readonly policy: ObjectRef
  /** `spec.ingress[0].ports[1]` */
  readonly path: string
  readonly name: string
  readonly protocol?: Protocol
  /** Names that they have. */
  readonly declared: readonly string[]
}

/** A peer that means nothing that is there. */
interface PeerMeansNobody {
  readonly reason: 'peer-means-nobody'
  readonly policy: ObjectRef
  /** `spec.ingress[0].from[1]` */
  readonly path: string
  readonly what: 'namespaces' | 'pods'
  readonly wanted: readonly WantedLabel[]
  /** What is most like it: names of namespaces, or labels of pods. */
  readonly nearest: readonly string[]
  /** A peer of the same rule, of the namespaces where such pods are: both stand for one with a dash too many. */
  readonly beside?: string
  /** Other namespaces, where such pods are: the podSelector stands alone, and means those of its own. */
  readonly elsewhere?: readonly string[]
  /** Such pods, all of which live in the network of their node, where no selector means them. */
  readonly hosts?: readonly ObjectRef[]
}

/** A range of which policies see nothing: a ClusterIP is another address by the time that they are asked. */
interface PeerIsClusterIp {
  readonly reason: 'peer-is-cluster-ip'
  readonly policy: ObjectRef
  /** `spec.egress[0].to[1]` */
  readonly path: string
  readonly range: string
  /** Whose address it is; left out: it is of the range that ClusterIPs are taken from. */
  readonly service?: ObjectRef
}

/** A port that is that of a Service, and that none of the pods has that are asked. */
interface PolicyPortIsServices {
  readonly reason: 'policy-port-is-services'
  readonly policy: ObjectRef
  /** `spec.ingress[0].ports[1]` */
  readonly path: string
  readonly service: ObjectRef
  readonly port: PortRef
  /** To which it leads. */
  readonly target: number
}

/** A rule that lets anybody in at all ports that there are, behind one of peers. */
interface RuleIsSplit {
  readonly reason: 'rule-is-split'
  readonly policy: ObjectRef
  /** `spec.ingress[1]` */
  readonly path: string
  /** The rule of peers. */
  readonly before: string
}

/** Two ClusterNetworkPolicies that say different things of a pod, in no order. */
interface PriorityShared {
  readonly reason: 'priority-shared'
  readonly policies: readonly ObjectRef[]
  readonly tier: 'Admin' | 'Baseline'
  readonly priority: number
  readonly direction: 'ingress' | 'egress'
  /** One that both select. */
  readonly pod: ObjectRef
}
