import type { Cure } from './cure.ts'
import type {
  AsksItself,
  ClusterIpOutside,
  ClusterIpUnassigned,
  ExternalIpNotRouted,
  ListenerUnknown,
  NobodyThere,
  NodePortUnknown,
  NotANode,
  TypeChanged,
} from './findings/address.ts'
import type { EndpointGone, EndpointPortUnknown, EndpointsNotReady, NoSelector } from './findings/by-hand.ts'
import type { EndpointsLate, NotProxied, OnlyTerminating, ScaledToZero } from './findings/endpoints.ts'
import type {
  FamilyMissing,
  KernelBehind,
  LoadBalancerPending,
  LostClaim,
  NotApplied,
  PortNotServed,
} from './findings/frontend.ts'
import type { DnsForgotten, PolicyDenies, PolicyIsolates } from './findings/isolated.ts'
import type { DnsNameUnknown, DnsNotAsked, ExternalName, OtherNamespace, ServiceUnknown } from './findings/name.ts'
import type { ImageUnknown, NodeLost, PodsCrash, PodsNotReady, PodsPending, PodsStarting } from './findings/pods.ts'
import type { NodeNotReady, NoEligibleNode, NoLocalEndpoint, ReplyAstray, SourceRange } from './findings/policy.ts'
import type {
  AccessClosed,
  BackendUnresolved,
  BodyTooLarge,
  CertificateUnusable,
  GatewayNotProgrammed,
  GatewayOfNobody,
  GatewayPortUnknown,
  HostNotServed,
  IngressLeftOut,
  IngressOfNobody,
  ListenerNotServed,
  Misdirected,
  NameWithoutTls,
  NoRule,
  OriginNotAllowed,
  RedirectLoop,
  RequestMalformed,
  RequestSourceRange,
  RouteNotAttached,
  RuleRefused,
  SchemeMistaken,
} from './findings/request.ts'
import type { SelectorMatchesNothing } from './findings/selector.ts'
import type {
  EndpointClosed,
  HeadlessPort,
  ListensOnLoopback,
  TargetPortClosed,
  TargetPortUnknown,
} from './findings/target-port.ts'
import type { ObjectRef } from './reference.ts'
import type { Sender } from './sender.ts'

/** Why it is not answered, or answered only at times: a reason, the facts that prove it, and what mends it. */
export type Finding = Facts & FindingFrame

/** A word for programs, which stays. `docs/explain.md` tells of each. */
export type Reason = Facts['reason']

type Facts =
  | AccessClosed
  | AsksItself
  | BackendUnresolved
  | BodyTooLarge
  | CertificateUnusable
  | ClusterIpOutside
  | ClusterIpUnassigned
  | DnsDown
  | DnsForgotten
  | DnsNameUnknown
  | DnsNotAsked
  | EndpointClosed
  | EndpointGone
  | EndpointPortUnknown
  | EndpointsLate
  | EndpointsNotReady
  | ExternalIpNotRouted
  | ExternalName
  | FamilyMissing
  | GatewayNotProgrammed
  | GatewayOfNobody
  | GatewayPortUnknown
  | HeadlessPort
  | HostNotServed
  | ImageUnknown
  | IngressLeftOut
  | IngressOfNobody
  | KernelBehind
  | ListenerNotServed
  | ListenerUnknown
  | ListensOnLoopback
  | LoadBalancerPending
  | LostClaim
  | Misdirected
  | NobodyThere
  | NodeLost
  | NodeNotReady
  | NodePortUnknown
  | NoEligibleNode
  | NoLocalEndpoint
  | NameWithoutTls
  | NoRule
  | NoSelector
  | NotANode
  | NotApplied
  | NotProxied
  | OnlyTerminating
  | OriginNotAllowed
  | OtherNamespace
  | PodsCrash
  | PodsNotReady
  | PodsPending
  | PodsStarting
  | PolicyDenies
  | PolicyIsolates
  | PortNotServed
  | RedirectLoop
  | ReplyAstray
  | RequestMalformed
  | RequestSourceRange
  | RouteNotAttached
  | RuleRefused
  | ScaledToZero
  | SchemeMistaken
  | SelectorMatchesNothing
  | ServiceUnknown
  | SourceRange
  | TargetPortClosed
  | TargetPortUnknown
  | TypeChanged

/** What every finding has. */
export interface FindingFrame {
  readonly cures: readonly Cure[]
  /** It breaks nothing for certain: whether the packet is answered cannot be told from here. */
  readonly doubt?: true
  /** Whose last words tell more. */
  readonly log?: ContainerLog
  /** Others of the same reason that the same cure mends. */
  readonly also?: readonly Finding[]
}

/** The cluster’s DNS that the sender asks for the name does not answer: a finding about another packet. */
export interface DnsDown {
  readonly reason: 'dns-down'
  readonly sender: Sender
  /** Whom it asks; left out where the cluster has no such Service. */
  readonly server?: string
  readonly service?: ObjectRef
  /** Some of the ways there may be answered. */
  readonly sometimes: boolean
  /** Why it does not answer, its own cures left out. */
  readonly because: readonly Finding[]
}

export interface ContainerLog {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Of the container that ended before the one that is there. */
  readonly previous: boolean
  /** Its end, where somebody read it. */
  readonly lines?: readonly string[]
}
