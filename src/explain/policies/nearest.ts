import { containsAddress, formatCidr } from '#net/cidr.ts'
import { type LabelRequirement, matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import type { Peer } from '#policy/peer.ts'
import { type Policy, type Rule, trafficOf } from '#policy/rule.ts'
import { holds, isNothing, PROTOCOLS } from '#policy/traffic.ts'
import { isMeant } from '#policy/why.ts'
import { own } from '#schema/own.ts'
import type { MeantPort, Missing, WantedLabel } from '../trace/findings/isolated.ts'
import type { PolicyEnd } from '../trace/policies/word.ts'
import type { EndWord, PolicyView } from './policy-view.ts'
import { peersOfRule, portsOfRule } from './rule-parts.ts'

/** A rule that might have let a connection pass, and why it does not. */
export interface Near {
  readonly policy: Policy
  readonly rule: Rule
  /** `spec.ingress[0].from[1]`: the peer of it of which least is missing. */
  readonly path: string
  readonly missing: readonly Missing[]
}

interface Lack {
  readonly path: string
  readonly missing: readonly Missing[]
  readonly far: number
}

/** What is worth most, where it must be chosen: a label or a port is nearer than another kind of address. */
const FAR: Readonly<Record<Missing['code'], number>> = {
  'pod-label': 2,
  'namespace-label': 2,
  'other-namespace': 2,
  port: 2,
  excepted: 3,
  'outside-block': 6,
  'no-node': 6,
  'no-pod': 7,
  unreadable: 9,
}

/** The rule, of the NetworkPolicies that isolate the pod, of which least is missing; undefined where they have none. */
export const nearestRule = (view: PolicyView, word: EndWord, other: PolicyEnd): Near | undefined => {
  let best: { readonly near: Near; readonly far: number } | undefined
  for (const policy of word.isolatedBy)
    for (const rule of policy.rules[word.direction] ?? []) {
      const peer = lackOfPeer(view, word, other, policy, rule)
      const port = lackOfPort(view, word, policy, rule)
      const far = peer.far + (port === undefined ? 0 : FAR.port)
      if (best !== undefined && best.far <= far) continue
      best = { near: { policy, rule, path: peer.path, missing: [...peer.missing, ...(port ? [port] : [])] }, far }
    }
  return best?.near
}

const lackOfPort = (view: PolicyView, { direction, asked, ports }: EndWord, policy: Policy, rule: Rule) => {
  if (holds(trafficOf(rule, ports), asked.protocol, asked.port)) return undefined
  const parts = portsOfRule(policy, view.objectOf(policy), direction, rule.path) ?? []
  const meant = parts.flatMap((part): readonly MeantPort[] => [
    ...part.rule.names.map(({ name, protocol }) => ({ name, ...(protocol && { protocol }) })),
    ...(isNothing(part.rule.traffic)
      ? []
      : PROTOCOLS.flatMap((protocol) =>
          part.rule.traffic[protocol].map(([first, last]) => (first === 0 ? { protocol } : { protocol, first, last })),
        )),
  ])
  return (meant.length === 0 ? { code: 'unreadable' } : { code: 'port', ports: meant }) satisfies Missing
}

const lackOfPeer = (view: PolicyView, word: EndWord, end: PolicyEnd, policy: Policy, rule: Rule): Lack => {
  const none: Lack = { path: rule.path, missing: [], far: 0 }
  if (rule.peers === undefined) return none
  let best: Lack | undefined
  for (const { path, peers } of peersOfRule(policy, view.objectOf(policy), word.direction, rule.path) ?? []) {
    const missing = peers.length === 0 ? [UNREADABLE] : nearestOf(peers, word, end)
    const far = missing.reduce((sum, { code }) => sum + FAR[code], 0)
    if (best === undefined || far < best.far) best = { path, missing, far }
  }
  return best ?? { ...none, missing: [UNREADABLE], far: FAR.unreadable }
}
const UNREADABLE: Missing = { code: 'unreadable' }

/** Of several ranges that one peer names the nearest. */
const nearestOf = (peers: readonly Peer[], word: EndWord, end: PolicyEnd): readonly Missing[] =>
  peers
    .map((peer) => (isMeant(peer, word.other, word.asked) ? [] : missingOf(peer, word, end)))
    .reduce((best, one) => (one.length < best.length ? one : best))

const missingOf = (peer: Peer, word: EndWord, end: PolicyEnd): readonly Missing[] => {
  const { other } = word
  const { address, pod, namespaceLabels } = other
  switch (peer.kind) {
    case 'block': {
      const hole = peer.except.find((one) => containsAddress(one, address.address))
      const cidr = formatCidr(peer.block)
      return hole !== undefined && containsAddress(peer.block, address.address)
        ? [{ code: 'excepted', address: address.text, cidr, except: formatCidr(hole) }]
        : [{ code: 'outside-block', address: address.text, cidr }]
    }
    case 'blocks':
      return nearestOf(
        peer.blocks.map(({ block, except }) => ({ kind: 'block', key: '', block, except })),
        word,
        end,
      )
    case 'nodes':
      return [{ code: 'no-node', end }]
    case 'pods': {
      if (pod === undefined || end.pod === undefined) return [{ code: 'no-pod', end }]
      const ref = end.pod
      const labels = lackingLabels(peer.pods, pod.labels).map(
        ({ wanted, has }): Missing => ({ code: 'pod-label', pod: ref, wanted, ...(has !== undefined && { has }) }),
      )
      if ('name' in peer.namespaces)
        return peer.namespaces.name === pod.namespace
          ? labels
          : [{ code: 'other-namespace', pod: ref, meant: peer.namespaces.name }, ...labels]
      const ofNamespace = lackingLabels(peer.namespaces.labels, namespaceLabels ?? {}).map(
        ({ wanted, has }): Missing => ({
          code: 'namespace-label',
          namespace: pod.namespace,
          wanted,
          ...(has !== undefined && { has }),
        }),
      )
      return [...ofNamespace, ...labels]
    }
  }
}

interface LackingLabel {
  readonly wanted: WantedLabel
  readonly has: string | undefined
}

/** The conditions of a selector that labels do not meet. */
const lackingLabels = (requirements: readonly LabelRequirement[], labels: Labels): readonly LackingLabel[] =>
  requirements
    .filter((one) => !matchesLabels([one], labels))
    .map((one) => ({ wanted: wantedOf(one), has: own(labels, one.key) }))

const OPERATORS: Readonly<Partial<Record<LabelRequirement['operator'], WantedLabel['operator']>>> = {
  '!=': 'notin',
  notin: 'notin',
  exists: 'exists',
  '!': 'absent',
}

export const wantedOf = ({ key, operator, values }: LabelRequirement): WantedLabel => ({
  key,
  operator: OPERATORS[operator] ?? 'in',
  values,
})
