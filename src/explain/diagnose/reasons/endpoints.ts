import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import { HEADLESS_LABEL, SERVICE_PROXY_NAME_LABEL } from '#objects/well-known.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { familyOfText, podAddresses, selectedPods } from '../../cluster/lookup.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Finding } from '../../trace/finding.ts'
import type { LeavingPod } from '../../trace/findings/endpoints.ts'
import type { Question } from '../../trace/question.ts'
import { ask, endpointsOf, look, patch, where } from '../cure.ts'
import { notReady } from '../pods/pods.ts'
import { noneByHand } from './by-hand.ts'
import { scaledToZero, selectorMatchesNothing } from './selector.ts'
import { namedTargetMissing } from './target-port.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** Why a port of a Service has no endpoint that could be chosen, in one family (undefined: in none). */
export function noEndpoints(
  facts: ClusterFacts,
  question: Question,
  service: Service,
  port: ServicePort | undefined,
  family: IpFamily | undefined,
): Finding {
  const { namespace } = service.metadata ?? {}
  const selector = service.spec?.selector ?? {}
  if (Object.keys(selector).length === 0) return noneByHand(facts, service, port, family)
  const selected = selectedPods(facts, service)
  const alive = selected.filter((pod) => !isTerminal(pod))
  if (alive.length === 0) return scaledToZero(facts, service) ?? selectorMatchesNothing(facts, service, selected)
  const staying = alive.filter((pod) => !isLeaving(pod))
  if (staying.length === 0) {
    const zero = scaledToZero(facts, service)
    return {
      reason: 'only-terminating',
      service: refOf('Service', service),
      pods: alive.map(leaving),
      ...(zero && { workload: zero.workload }),
      cures: zero?.cures ?? [
        look(
          { code: 'show-pods' },
          'kubectl',
          'get',
          'pods',
          ...where(namespace),
          '-l',
          Object.entries(selector)
            .map((label) => label.join('='))
            .join(),
        ),
      ],
    }
  }
  const unnamed = port && namedTargetMissing(facts, service, port, staying)
  if (unnamed !== undefined) return unnamed
  const ready = staying.filter(isReady)
  if (ready.length === 0) return notReady(facts, question, service, staying)
  if (family !== undefined && !ready.some((pod) => podAddresses(pod).some((one) => familyOfText(one) === family)))
    return {
      reason: 'family-missing',
      family,
      of: 'pods',
      service: refOf('Service', service),
      pods: ready.map((pod) => ({ pod: refOf('Pod', pod), addresses: podAddresses(pod) })),
      cures:
        question.family === undefined
          ? []
          : [ask({ ...question, family: undefined }, { code: 'ask-own-family' }, question.to)],
    }
  return {
    reason: 'endpoints-late',
    service: refOf('Service', service),
    pods: ready.map((pod) => refOf('Pod', pod)),
    cures: [ask(question, { code: 'ask-again' }, question.to), endpointsOf(service)],
  }
}

/** Since when a pod is on its way out, what it waits for, and who made it. */
function leaving(pod: Pod): LeavingPod {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [], ownerReferences = [] } = pod.metadata ?? {}
  const owner = ownerReferences.find(({ controller }) => controller)
  return {
    pod: refOf('Pod', pod),
    until: String(deletionTimestamp),
    graceSeconds: deletionGracePeriodSeconds ?? 0,
    finalizers,
    ...(owner && { owner: { kind: owner.kind, name: owner.name } }),
  }
}

/** A Service that is left alone, since a label hands it to another proxy. */
export function notProxied(service: Service): Finding | undefined {
  const labels = service.metadata?.labels ?? {}
  const label = [SERVICE_PROXY_NAME_LABEL, HEADLESS_LABEL].find((one) => Object.hasOwn(labels, one))
  if (label === undefined) return undefined
  return {
    reason: 'not-proxied',
    service: refOf('Service', service),
    label,
    cures: [patch({ code: 'take-label-away' }, 'service', service, { metadata: { labels: { [label]: null } } })],
  }
}
