import type { LabelRequirement } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import { NAMESPACE_NAME_LABEL } from '#objects/well-known.ts'
import type { Peer } from '#policy/peer.ts'
import { DNS_PODS } from '#policy/policy-objects.ts'
import { DIRECTIONS, type Policy } from '#policy/rule.ts'
import { isLike, nearest } from '../../../cluster/nearest.ts'
import { refOf } from '../../../cluster/reference.ts'
import { wantedOf } from '../../../policies/nearest.ts'
import { hasPods, peersOfRule, pointerOf, ruleOf, valueAt } from '../../../policies/rule-parts.ts'
import { policyRef } from '../../../policies/word.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { look, patch } from '../../cure.ts'
import { patchPolicy, showPolicy } from '../cures.ts'
import { labelNamespace } from '../label-cures.ts'
import { hostPodsOf, isDnsOfNodes, isMadeIn, namespacesOf, plainLabels, podsOf } from '../meant.ts'
import { selectorOfNamespace } from '../peer-of.ts'
import { type Check, policiesIn, type Scope } from './scope.ts'
import { nearTo, showNamespaces } from './subjects.ts'

type PodsPeer = Peer & { readonly kind: 'pods' }

/** Peers of rules that mean nothing that is there. */
export const emptyPeers: Check = (scope) => policiesIn(scope).flatMap((policy) => emptyPeersOf(scope, policy))

function emptyPeersOf(scope: Scope, policy: Policy): readonly PolicyFinding[] {
  // What it selects nobody by is told of itself.
  if (podsOf(scope, policy.subject).length === 0) return []
  const object = scope.view.objectOf(policy)
  return DIRECTIONS.flatMap((direction) =>
    (policy.rules[direction] ?? [])
      .flatMap((rule) => peersOfRule(policy, object, direction, rule.path) ?? [])
      .flatMap(({ path, peers }) =>
        peers.flatMap((peer) => (peer.kind === 'pods' ? (emptyPeer(scope, policy, path, peer) ?? []) : [])),
      ),
  )
}

function emptyPeer(scope: Scope, policy: Policy, path: string, peer: PodsPeer): PolicyFinding | undefined {
  const about = { reason: 'peer-means-nobody', policy: policyRef(policy), path } as const
  const namespaces = namespacesOf(scope, peer)
  if (namespaces.length === 0 && 'labels' in peer.namespaces)
    return noNamespace(scope, policy, path, peer.namespaces.labels, about)
  if (podsOf(scope, peer).length > 0 || isDnsOfNodes(scope, peer) || isMadeIn(scope, namespaces, peer.pods))
    return undefined
  // Clients may come later: it is a slip where pods are there that are labelled so, or nearly so.
  const ofPods = { ...about, what: 'pods', wanted: peer.pods.map(wantedOf), nearest: [] } as const
  const hosts = peer.pods.length === 0 ? [] : hostPodsOf(scope, peer)
  if (hosts.length > 0) return { ...ofPods, hosts: hosts.map((pod) => refOf('Pod', pod)), cures: [showPolicy(policy)] }
  const elsewhere = otherNamespaces(scope, policy, path, peer)
  const beside = oneDashTooMany(scope, policy, path, peer)
  if (beside !== undefined) return { ...ofPods, ...beside }
  const others = scope.view.pods.filter(({ namespace }) => namespaces.includes(namespace))
  const best = nearTo(plainLabels(peer.pods), others)[0] ?? dnsMeant(scope, namespaces, plainLabels(peer.pods))
  // Labelled just so elsewhere is nearer than nearly so here, where it is one namespace.
  if (elsewhere?.elsewhere.length === 1 || best === undefined) return elsewhere && { ...ofPods, ...elsewhere }
  return {
    ...ofPods,
    nearest: Object.entries(best.labels).map(([key, value]) => `${key}=${value}`),
    cures: [mean(scope, policy, `${path}${selectorOf(scope, policy, path, 'pods')}`, best.labels)],
  }
}

type EmptyPeer = PolicyFinding & { readonly reason: 'peer-means-nobody' }

function noNamespace(
  scope: Scope,
  policy: Policy,
  path: string,
  ofNamespace: readonly LabelRequirement[],
  about: Pick<EmptyPeer, 'reason' | 'policy' | 'path'>,
): EmptyPeer {
  const wanted = plainLabels(ofNamespace) ?? {}
  const near = nearest(Object.values(wanted)[0] ?? '', scope.view.namespaces)
  const alike = labelledLike(scope, wanted)
  const [labels, ...others] = alike.values()
  const meant =
    labels !== undefined && others.length === 0
      ? mean(scope, policy, `${path}${selectorOf(scope, policy, path, 'namespaces')}`, labels)
      : undefined
  return {
    ...about,
    what: 'namespaces',
    wanted: ofNamespace.map(wantedOf),
    nearest: meant === undefined ? near : [...alike.keys()],
    cures: [meant ?? namespaceCure(scope, policy, path, wanted, near[0]) ?? showNamespaces()],
  }
}

/** Namespaces whose labels are nearly those, and differ, by name; of those that are labelled alike one. */
const labelledLike = ({ view }: Scope, wanted: Labels): ReadonlyMap<string, Labels> => {
  const keys = Object.keys(wanted)
  const found = new Map<string, Labels>()
  const met = new Set<string>()
  for (const name of keys.length === 1 && keys[0] === NAMESPACE_NAME_LABEL ? [] : view.namespaces) {
    const held = view.namespaceLabels(name) ?? {}
    const labels = Object.fromEntries(
      keys.flatMap((key) => (Object.hasOwn(held, key) ? [[key, held[key] as string]] : [])),
    )
    const isMeant = keys.length > 0 && keys.every((key) => isNearly(wanted[key] as string, labels[key]))
    if (!isMeant || met.has(JSON.stringify(labels))) continue
    met.add(JSON.stringify(labels))
    found.set(name, labels)
  }
  return found
}

const LEAST_LETTERS = 3

/** `test` of `testing` too. */
const isNearly = (one: string, other: string | undefined): boolean =>
  other !== undefined &&
  (isLike(one, other) ||
    (Math.min(one.length, other.length) >= LEAST_LETTERS && (one.startsWith(other) || other.startsWith(one))))

type Elsewhere = Pick<EmptyPeer, 'cures'> & { readonly elsewhere: readonly string[] }

/** Pods of other namespaces, where a podSelector stands alone: that means pods of its own. */
function otherNamespaces(scope: Scope, policy: Policy, path: string, peer: PodsPeer): Elsewhere | undefined {
  if (!('name' in peer.namespaces) || Object.keys(plainLabels(peer.pods) ?? {}).length === 0) return undefined
  const anywhere = { ...peer, namespaces: { labels: [] } }
  const elsewhere = [
    ...new Set([
      ...podsOf(scope, anywhere).map(({ namespace }) => namespace),
      ...(path.startsWith('spec.egress') && isDnsOfNodes(scope, anywhere) ? [DNS_PODS.namespace] : []),
    ]),
  ].sort()
  const [namespace] = elsewhere
  if (namespace === undefined) return undefined
  const selector = elsewhere.length === 1 ? selectorOfNamespace(scope.view.namespaceLabels(namespace)) : undefined
  if (selector === undefined) return { elsewhere, cures: [showPods(peer)] }
  const at = `${pointerOf(path)}/namespaceSelector`
  return {
    elsewhere,
    cures: [
      patchPolicy({ code: 'mean-namespace', path, namespace }, scope.view, policy, [
        { op: 'add', path: at, value: selector },
      ]),
    ],
  }
}

const showPods = ({ pods }: PodsPeer): Cure =>
  look(
    { code: 'show-labels' },
    ...['kubectl', 'get', 'pods', '-A', '-l'],
    Object.entries(plainLabels(pods) ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    '--show-labels',
  )

/** The pods that nodes answer for, where a label speaks of DNS. */
const dnsMeant = (
  { facts }: Scope,
  namespaces: readonly string[],
  wanted: Labels = {},
): { readonly labels: Labels } | undefined =>
  facts.network.dnsOnNodes === true &&
  namespaces.includes(DNS_PODS.namespace) &&
  Object.values(wanted).some((value) => value.includes('dns'))
    ? { labels: DNS_PODS.labels }
    : undefined

/** Pods of other namespaces, that stand in a peer of their own beside one of these namespaces. */
function oneDashTooMany(
  scope: Scope,
  policy: Policy,
  path: string,
  peer: PodsPeer,
): (Pick<EmptyPeer, 'cures'> & { readonly beside: string }) | undefined {
  if (!('name' in peer.namespaces)) return undefined
  const object = scope.view.objectOf(policy)
  const [direction, rule] = [path.startsWith('spec.egress') ? 'egress' : 'ingress', ruleOf(path)] as const
  const parts = peersOfRule(policy, object, direction, rule) ?? []
  const beside = parts.find(({ peers }) =>
    peers.some(
      (one) =>
        one.kind === 'pods' &&
        'labels' in one.namespaces &&
        one.pods.length === 0 &&
        podsOf(scope, { namespaces: one.namespaces, pods: peer.pods }).length > 0,
    ),
  )
  const [own, other] = [path, beside?.path].map((one) => one && valueAt(object, one))
  if (beside === undefined || own === undefined || other === undefined) return undefined
  const both = { ...(other as object), ...(own as object) }
  // What is last goes; in the middle of a list others would get its place.
  const isLast = parts.at(-1)?.path === path
  return {
    beside: beside.path,
    cures: [
      patch({ code: 'mean-both', path: beside.path, policy: policyRef(policy) }, 'networkpolicy', object, [
        { op: 'replace', path: pointerOf(beside.path), value: both },
        isLast ? { op: 'remove', path: pointerOf(path) } : { op: 'replace', path: pointerOf(path), value: both },
      ]),
    ],
  }
}

/** Where a peer's selector stands below it. */
const selectorOf = ({ view }: Scope, policy: Policy, path: string, what: 'namespaces' | 'pods'): string => {
  const below = what === 'pods' ? '.podSelector' : '.namespaceSelector'
  if (policy.kind === 'NetworkPolicy') return below
  return hasPods(valueAt(view.objectOf(policy), path)) ? `.pods${below}` : '.namespaces'
}

const mean = ({ view }: Scope, policy: Policy, path: string, matchLabels: Readonly<Record<string, string>>): Cure =>
  patchPolicy({ code: 'mean-labels', path, labels: matchLabels }, view, policy, [
    { op: 'replace', path: pointerOf(path), value: { matchLabels } },
  ])

/** The label for a namespace that is called so, or the name of one that is called nearly so. */
function namespaceCure(
  scope: Scope,
  policy: Policy,
  path: string,
  wanted: Readonly<Record<string, string>>,
  like: string | undefined,
): Cure | undefined {
  if (like === undefined) return undefined
  const keys = Object.keys(wanted)
  if (!Object.values(wanted).some((value) => isLike(value, like))) return undefined
  const held = scope.view.namespaceLabels(like) ?? {}
  if (!keys.some((key) => Object.hasOwn(held, key))) return labelNamespace(like, wanted)
  return keys.length === 1 && keys[0] === NAMESPACE_NAME_LABEL
    ? mean(scope, policy, `${path}${selectorOf(scope, policy, path, 'namespaces')}`, { [NAMESPACE_NAME_LABEL]: like })
    : undefined
}
