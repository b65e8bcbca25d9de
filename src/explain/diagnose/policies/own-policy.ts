import { matchesMap } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import { type PolicyPod, readSelector, type Selector } from '#policy/peer.ts'
import type { Direction, Policy } from '#policy/rule.ts'
import type { Party } from '#policy/why.ts'
import type { PolicyView } from '../../policies/policy-view.ts'
import { workloadOf } from '../../policies/workload.ts'
import type { Cure } from '../../trace/cure.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import { apply } from '../cure.ts'
import { meantPeer } from './meant-peer.ts'
import { labelsOf, peerFor } from './peer-of.ts'
import { SIDES, type StoppedWord } from './stopped-word.ts'

/** A NetworkPolicy that lets something pass, to be applied beside those that are there: policies add up. */
export interface OwnPolicy {
  readonly apiVersion: string
  readonly kind: 'NetworkPolicy'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: object
}

export const refOfOwn = ({ kind, metadata: { namespace, name } }: OwnPolicy): ObjectRef => ({ kind, namespace, name })

/** What such a policy does, of the text of one, whatever it is called. */
export const doneBy = (input: string): object => {
  const { metadata, spec } = JSON.parse(input) as OwnPolicy
  return [metadata.namespace, spec]
}

const TYPES = { ingress: 'Ingress', egress: 'Egress' } as const

export const ownPolicy = (
  namespace: string,
  name: string,
  podSelector: object,
  direction: Direction,
  rule: object,
): OwnPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec: { podSelector, policyTypes: [TYPES[direction]], [direction]: [rule] },
})

/** What a NetworkPolicy selects, as its object says it; one that cannot be read may mean all. */
export const selectorOfPolicy = (view: PolicyView, policy: Policy): NonNullable<Selector> => {
  const { podSelector = {} } = (view.objectOf(policy).spec ?? {}) as { readonly podSelector?: NonNullable<Selector> }
  return readSelector(podSelector) === undefined ? {} : podSelector
}

/**
 * A selector of a pod, and of nobody whom these NetworkPolicies do not isolate: whom a new policy selects it isolates. `selector`:
 * of the Service that led there.
 */
export const subjectOf = (
  view: PolicyView,
  pod: PolicyPod,
  isolatedBy: readonly Policy[],
  selector: Labels | undefined,
): object => {
  const [first = {}] = isolatedBy
    .map((policy) => selectorOfPolicy(view, policy))
    .toSorted((left, right) => conditionsOf(left) - conditionsOf(right))
  const { matchLabels, matchExpressions } = first
  const labels = { ...labelsOf(pod.labels, selector), ...matchLabels }
  return {
    ...(Object.keys(labels).length > 0 && { matchLabels: labels }),
    ...(matchExpressions?.length && { matchExpressions }),
  }
}

const conditionsOf = ({ matchLabels, matchExpressions }: NonNullable<Selector>): number =>
  Object.keys(matchLabels ?? {}).length + 2 * (matchExpressions?.length ?? 0)

const MOST_LETTERS = 60

/** A part of an object’s name, of whatever is called so. */
export const nameWord = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, MOST_LETTERS)
    .replace(/\.+(?=[-.])|(?<=-)\.+/g, '')
    .replace(/^[-.]+|[-.]+$/g, '')

export const podWord = (view: PolicyView, pod: PolicyPod): string => nameWord(workloadOf(view, pod))

/** `client`, `front-client` of another namespace, `node-1`, `192.0.2.7` */
const partyWord = (view: PolicyView, { address, pod, node }: Party, namespace: string): string => {
  if (pod !== undefined) return `${pod.namespace === namespace ? '' : `${pod.namespace}-`}${podWord(view, pod)}`
  return nameWord(node?.name || address.text)
}

/** `8080`, `53-udp` */
const portWord = (port: number, protocol: string | undefined): string =>
  protocol === undefined || protocol === 'TCP' ? `${port}` : `${port}-${protocol.toLowerCase()}`

/** A policy that lets this alone pass: beside others, since they add up, and nothing that others wrote is changed. */
export function ownCure(view: PolicyView, { word, end, service }: StoppedWord): Cure {
  const { direction, pod, other, asked, isolatedBy } = word
  const selector = service?.spec?.selector
  const peer = peerFor(other, pod.namespace, selector)
  const led = direction === 'ingress' && matchesMap(selector, pod.labels) ? service?.metadata?.name : undefined
  const [own, with_] = [led ?? podWord(view, pod), partyWord(view, other, pod.namespace)]
  const name = `allow-${direction}-${own}-${direction === 'ingress' ? 'from' : 'to'}-${with_}-${portWord(asked.port, asked.protocol)}`
  const subject = subjectOf(view, pod, isolatedBy, direction === 'ingress' ? selector : undefined)
  const rule = { [SIDES[direction]]: [peer], ports: [{ protocol: asked.protocol, port: asked.port }] }
  const policy = ownPolicy(pod.namespace, name, subject, direction, rule)
  const isOfAll = Object.keys(subject).length === 0
  return apply(
    {
      code: 'let-pass',
      policy: refOfOwn(policy),
      ...meantPeer(view, other, end, selector),
      ...(isOfAll && { of: pod.namespace }),
    },
    policy,
  )
}
