import { type Cidr, tryParseCidr } from '#net/cidr.ts'
import { formatBytes, fromBytes, type IpAddress, tryAddressBytes } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { type LabelRequirement, matchesLabels } from '#objects/label-requirement.ts'
import { requirementsOf } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import { SelectorError } from '#objects/selector-error.ts'
import type { Traffic } from './traffic.ts'

/** `LabelSelector` of meta/v1, as objects have it. */
export type Selector = Parameters<typeof requirementsOf>[0]

/** In which namespaces: the one of that name, or those with these labels. */
export type NamespaceMatch = { readonly name: string } | { readonly labels: readonly LabelRequirement[] }

/** Who a rule speaks of, by a part of what it says of them. Two that say the same have the same `key`. */
export type Peer =
  | {
      readonly kind: 'pods'
      readonly key: string
      readonly namespaces: NamespaceMatch
      readonly pods: readonly LabelRequirement[]
    }
  | ({ readonly kind: 'block'; readonly key: string } & Block)
  | { readonly kind: 'blocks'; readonly key: string; readonly blocks: readonly Block[] }
  | { readonly kind: 'nodes'; readonly key: string; readonly nodes: readonly LabelRequirement[] }

/** A network, without some parts of it. */
export interface Block {
  readonly block: Cidr
  readonly except: readonly Cidr[]
}

export interface PodPeer {
  readonly namespaces: NamespaceMatch
  readonly pods: readonly LabelRequirement[]
}

export const podPeer = ({ namespaces, pods }: PodPeer): Peer => ({
  kind: 'pods',
  key: `pods ${'name' in namespaces ? namespaces.name : `{${requirementsText(namespaces.labels)}}`} {${requirementsText(pods)}}`,
  namespaces,
  pods,
})

export const nodePeer = (nodes: readonly LabelRequirement[]): Peer => ({
  kind: 'nodes',
  key: `nodes {${requirementsText(nodes)}}`,
  nodes,
})

/** Undefined where one of the ranges cannot be: what it was to let in is not known, nor what it was to leave out. */
export const blockPeer = (cidr: string, except: readonly string[] = []): Peer | undefined => {
  const block = tryParseCidr(cidr, LOOSELY)
  const holes = except.map((text) => tryParseCidr(text, LOOSELY))
  if (block === undefined || holes.includes(undefined)) return undefined
  return { kind: 'block', key: `block ${cidr} ${[...except].sort()}`, block, except: holes as Cidr[] }
}

/** Whoever is in one of these. */
export const blocksPeer = (blocks: readonly Extract<Peer, { readonly kind: 'block' }>[]): Peer => ({
  kind: 'blocks',
  key: [...new Set(blocks.map(({ key }) => key))].sort().join('; '),
  blocks,
})
/** As objects from before the strict form may still have them. */
const LOOSELY = { hostBitsAllowed: true }

const requirementsText = (requirements: readonly LabelRequirement[]): string =>
  requirements.map(({ key, operator, values }) => `${key} ${operator} ${values}`).join('; ')

/** Undefined where the selector cannot be read; an absent one selects nothing, and is not asked. */
export const readSelector = (selector: NonNullable<Selector>): readonly LabelRequirement[] | undefined => {
  const before = read.get(selector)
  if (before !== undefined) return before ?? undefined
  let requirements: readonly LabelRequirement[] | undefined
  try {
    requirements = requirementsOf(selector)
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error
  }
  read.set(selector, requirements)
  return requirements
}
const read = new WeakMap<NonNullable<Selector>, readonly LabelRequirement[] | undefined>()

export const isNamespaceOf = (match: NamespaceMatch, name: string, labels: Labels | undefined): boolean =>
  'name' in match ? match.name === name : matchesLabels(match.labels, labels)

/** Whether a pod of a namespace is one of those. */
export const isSelected = (
  { namespaces, pods }: PodPeer,
  namespace: string,
  ofNamespace: Labels | undefined,
  labels: Labels,
): boolean => isNamespaceOf(namespaces, namespace, ofNamespace) && matchesLabels(pods, labels)

/** A pod, as policies see it. */
export interface PolicyPod {
  readonly namespace: string
  readonly name: string
  /** Of its object, which tells it from another that had its name before; undefined: no matter which. */
  readonly uid?: string | undefined
  readonly labels: Labels
  /** None before it has its network. */
  readonly addresses: readonly HeldAddress[]
  /** Ports of its containers that have names. */
  readonly ports: readonly NamedPort[]
  readonly node: string
  /** Of two that have one address, the one with the greater is who has it now: when it was made, milliseconds since the epoch. */
  readonly since: number
}

/** An address, canonical, as text and as a number. */
export interface HeldAddress {
  readonly text: string
  readonly address: IpAddress
}

/** Undefined where the text is no address. */
export const heldAddress = (text: string): HeldAddress | undefined => {
  const bytes = tryAddressBytes(text)
  if (bytes === undefined) return undefined
  const canonical = formatBytes(bytes)
  // Nearly always it is: what is held is the one text that is there already.
  return { text: canonical === text ? text : canonical, address: fromBytes(bytes) }
}

export interface NamedPort {
  readonly name: string
  readonly protocol: Protocol
  readonly port: number
}

export interface PolicyNode {
  readonly name: string
  readonly labels: Labels
  readonly addresses: readonly HeldAddress[]
  /** What it does that people take for a pod's work, as the cluster's DNS: for that traffic it is one of those pods. */
  readonly serves?: Served | undefined
}

/** The pods whose work somebody does. */
export interface Served {
  readonly namespace: string
  readonly labels: Labels
  readonly traffic: Traffic
  /** By the names that they have for them. */
  readonly ports: readonly NamedPort[]
}
