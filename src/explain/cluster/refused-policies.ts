import type { Service } from '#api/core/service/message.ts'
import type { WantedCondition } from '#routes/routes.ts'
import type { RefusedPolicy } from '../trace/request/step.ts'
import type { GatewayFacts } from './gateway-facts.ts'
import { find } from './lookup.ts'

interface PolicyStatus {
  readonly ancestors?: readonly { readonly conditions: readonly WantedCondition[] }[]
}

/** BackendTLSPolicies that mean a port of a Service, or a port that it has not, and are not in force: it is spoken to without them. */
export const refusedPolicies = (
  { objects, routes }: GatewayFacts,
  { metadata: { namespace, name } = {}, spec: { ports = [] } = {} }: Service,
  portName: string,
): readonly RefusedPolicy[] =>
  routes.statuses.flatMap(({ object, status }): readonly RefusedPolicy[] => {
    if (object.kind !== 'BackendTLSPolicy' || object.namespace !== namespace) return []
    const policy = find(objects.backendTLSPolicies, object.name, namespace)
    const isMeant = (policy?.spec.targetRefs ?? []).some(
      (target) =>
        target.kind === 'Service' &&
        target.name === name &&
        (!target.sectionName ||
          target.sectionName === portName ||
          !ports.some((port) => port.name === target.sectionName)),
    )
    if (!isMeant) return []
    const conditions = (status as PolicyStatus).ancestors?.[0]?.conditions ?? []
    const accepted = conditions.find(({ type }) => type === 'Accepted')
    if (accepted?.status !== 'False') return []
    const { reason: because, message } = accepted
    return [{ policy: { kind: object.kind, namespace, name: object.name }, because, message }]
  })
