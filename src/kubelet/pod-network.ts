import type { PodWishes } from '#cni/call/capabilities.ts'
import type { SandboxNamespaces } from '#runtime/runtime.ts'

/**
 * What the kubelet asks of the pod network, in the words of CNI: one sandbox a pod, attached and detached by the pod's
 * uid.
 */
export interface PodNetwork {
  /**
   * Makes the pod's namespaces (hostname set in the uts one), its routed veth and addresses. Idempotent: an attached
   * uid gives what it has.
   */
  attach(pod: PodIdentity): Promise<Attachment>
  /** Removes link, routes and namespaces, and frees the addresses. No error where nothing is there. */
  detach(uid: string): Promise<void>
  /** What is attached, also from before a restart of ours. */
  list(): Promise<readonly Attachment[]>
  /** Present where others look after pods' links: such a network is told what pods wish of it. */
  readonly foreign?: ForeignNetwork
}

interface ForeignNetwork {
  /** What keeps it from attaching anybody at present, in the words of the Node's condition. */
  unready(): string | undefined
}

export interface PodIdentity {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly hostname: string
  /** hostNetwork: the node's own network namespace and addresses, no link made. */
  readonly hostNetwork: boolean
  /** hostUsers: false: users of its own, to whom its namespaces belong. */
  readonly ownUsers?: boolean
  /** What it asks for beside an address; said to foreign networks alone. */
  readonly wishes?: PodWishes
}

export interface Attachment {
  readonly uid: string
  readonly namespaces: SandboxNamespaces
  /** IPv4 first, canonical text. */
  readonly addresses: readonly string[]
  /** What the network does not do of what the pod wishes, in words. */
  readonly unmet?: readonly string[]
}

/** Connects from the node's network namespace, as the kubelet's probes do. */
export interface Dialer {
  connect(address: string, port: number): import('node:net').Socket
}
