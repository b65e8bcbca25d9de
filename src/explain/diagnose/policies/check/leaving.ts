import type { Service } from '#api/core/service/message.ts'
import type { PolicyPod } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import { familyOfText } from '../../../cluster/lookup.ts'
import { refOf } from '../../../cluster/reference.ts'
import type { EndWord } from '../../../policies/policy-view.ts'
import { podRef, policyRef } from '../../../policies/word.ts'
import { workloadRef } from '../../../policies/workload.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import { apply } from '../../cure.ts'
import { showPolicy } from '../cures.ts'
import { podsOf } from '../meant.ts'
import { nameWord, ownPolicy, podWord, refOfOwn, selectorOfPolicy, subjectOf } from '../own-policy.ts'
import { peerFor } from '../peer-of.ts'
import type { Endpoint, Scope } from './scope.ts'

/** Policies that let those ask a Service who may come in there and may not leave: of its own namespace, where there are such. */
export function leaving(
  scope: Scope,
  stopped: readonly EndWord[],
  service: Service,
  closed: Endpoint,
): readonly Cure[] {
  // What a ClusterNetworkPolicy denies no other lets pass.
  const isolated = stopped.filter(({ by }) => by === undefined)
  const [denied] = stopped.flatMap(({ by }) => by?.policy ?? [])
  if (isolated.length === 0) return denied === undefined ? [] : [showPolicy(denied)]
  const near = isolated.filter(({ pod }) => pod.namespace === closed.pod.namespace)
  const byNamespace = Map.groupBy(near.length > 0 ? near : isolated, ({ pod }) => pod.namespace)
  return [...byNamespace.values()].flatMap((words) => {
    const common = commonPolicy(scope, words, closed)
    return common === undefined
      ? words.map((word) => letLeave(service, closed, word.other, ofPod(scope, word)))
      : letLeave(service, closed, (words[0] as EndWord).other, ofPolicy(scope, common))
  })
}

interface Leaver {
  readonly namespace: string
  /** Of the name of what lets them leave. */
  readonly word: string
  readonly subject: object
  readonly of: ObjectRef
}

const ofPod = ({ view }: Scope, { pod, isolatedBy }: EndWord): Leaver => {
  const subject = subjectOf(view, pod, isolatedBy, undefined)
  const [policy] = isolatedBy
  const isOfAll = Object.keys(subject).length === 0 && policy !== undefined
  const of = isOfAll ? policyRef(policy) : (workloadRef(view, pod) ?? podRef(pod))
  return { namespace: pod.namespace, word: podWord(view, pod), subject, of }
}

const ofPolicy = ({ view }: Scope, policy: Policy): Leaver => {
  const { namespace = '', name } = policyRef(policy)
  const subject = selectorOfPolicy(view, policy)
  const word = Object.keys(subject).length === 0 ? 'namespace' : nameWord(name)
  return { namespace, word, subject, of: policyRef(policy) }
}

/** A policy that isolates all of them, and nobody else who may not come in there. */
const commonPolicy = (scope: Scope, words: readonly EndWord[], closed: Endpoint): Policy | undefined =>
  words[0]?.isolatedBy.find(
    (policy) =>
      words.every(({ isolatedBy }) => isolatedBy.includes(policy)) &&
      podsOf(scope, policy.subject).every((pod) => mayEnter(scope, pod, closed)),
  )

const mayEnter = ({ view }: Scope, { addresses }: PolicyPod, { address, port, protocol }: Endpoint): boolean =>
  addresses
    .filter(({ text }) => familyOfText(text) === familyOfText(address))
    .every(({ text }) => view.word('ingress', text, address, { protocol, port })?.passes !== false)

function letLeave(
  service: Service,
  { port, protocol }: Endpoint,
  asked: EndWord['other'],
  { namespace, word, subject, of }: Leaver,
): Cure {
  const own = ownPolicy(namespace, `allow-egress-${word}-to-${service.metadata?.name}-${port}`, subject, 'egress', {
    to: [peerFor(asked, namespace, service.spec?.selector)],
    ports: [{ protocol, port }],
  })
  return apply({ code: 'let-ask', policy: refOfOwn(own), of, service: refOf('Service', service) }, own)
}
