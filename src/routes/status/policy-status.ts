import { objectKey, splitKey } from '#objects/object-key.ts'
import type { AttachedRoute } from '../attach/one-kind.ts'
import type { GatewayView } from '../listeners/gateway-view.ts'
import type { Targeting } from '../references/backend-policies.ts'
import type { BackendReferences } from '../references/backends.ts'
import { GATEWAY_GROUP, type Referrer } from '../references/grants.ts'
import type { ReadPolicy } from '../references/read-policy.ts'
import type { WantedCondition, WantedStatus } from '../routes.ts'
import { speechOf } from '../site/gateway-site.ts'
import type { Fault } from '../values/fault.ts'
import { unless } from './condition.ts'

/** How many ancestors a policy's status has room for. */
const ROOM = 16

/** Of BackendTLSPolicies whose Services some Gateway of ours sends to by TLS, or did. */
export const policyStatuses = (
  attached: readonly AttachedRoute[],
  references: BackendReferences,
): readonly WantedStatus[] => {
  const { objects, options, policies } = references
  if (objects.backendTLSPolicies.length === 0) return []
  const ancestors = ancestorsOf(attached, references)
  const found = new Map<object, { read: ReadPolicy; targets: Targeting[]; gateways: Set<GatewayView> }>()
  for (const [service, gateways] of ancestors)
    for (const target of policies.targeting(service)) {
      const one = found.get(target.read.policy) ?? { read: target.read, targets: [], gateways: new Set<GatewayView>() }
      found.set(target.read.policy, one)
      one.targets.push(target)
      for (const gateway of gateways) one.gateways.add(gateway)
    }
  return objects.backendTLSPolicies.flatMap((policy) => {
    const one = found.get(policy)
    const had = (policy.status?.ancestors ?? []).some((ancestor) => ancestor.controllerName === options.controllerName)
    if (one === undefined && !had) return []
    const { namespace = '', name = '', uid = '', generation = 0 } = policy.metadata ?? {}
    const conditions = one === undefined ? [] : conditionsOf(one.read, one.targets, references)
    return [
      {
        object: { kind: 'BackendTLSPolicy', namespace, name },
        uid,
        generation,
        status: {
          ancestors: [...(one?.gateways ?? [])].slice(0, ROOM).map(({ origin }) => ({
            ancestorRef: { group: GATEWAY_GROUP, kind: 'Gateway', namespace: origin.namespace, name: origin.name },
            controllerName: options.controllerName,
            conditions,
          })),
        },
      },
    ]
  })
}

/** Which Gateways send requests, or copies of them, to a Service in a way that its policies are for, by the Service's `namespace/name`. */
const ancestorsOf = (
  attached: readonly AttachedRoute[],
  { objects, permits, policies }: BackendReferences,
): ReadonlyMap<string, ReadonlySet<GatewayView>> => {
  const ancestors = new Map<string, Set<GatewayView>>()
  for (const { route, parents } of attached) {
    const gateways = parents
      .filter(({ gateway, attachments }) => attachments.some(({ listener }) => speechOf(route, gateway, listener).tls))
      .map(({ gateway }) => gateway)
    if (gateways.length === 0) continue
    const from: Referrer = route.origin
    for (const { ref } of route.refs) {
      const { group = '', kind = 'Service', namespace = from.namespace, name } = ref
      const service = objectKey(namespace, name)
      if (group !== '' || kind !== 'Service' || policies.targeting(service).length === 0) continue
      if (objects.service(service) === undefined || !permits(from, { group, kind, namespace, name })) continue
      const known = ancestors.get(service) ?? new Set<GatewayView>()
      ancestors.set(service, known)
      for (const gateway of gateways) known.add(gateway)
    }
  }
  return ancestors
}

const conditionsOf = (
  read: ReadPolicy,
  targets: readonly Targeting[],
  { objects }: BackendReferences,
): readonly WantedCondition[] => [
  unless(
    'Accepted',
    conflictOf(targets) ?? read.fault ?? missingSection(targets, objects.service),
    'the policy is in force',
  ),
  unless('ResolvedRefs', read.unresolved, 'all references of the policy lead somewhere'),
]

const conflictOf = (targets: readonly Targeting[]): Fault | undefined => {
  const lost = targets.find(({ loses }) => loses !== undefined)
  return (
    lost && { reason: 'Conflicted', message: `BackendTLSPolicy ${lost.loses!.key} comes first and has the same target` }
  )
}

const missingSection = (
  targets: readonly Targeting[],
  service: BackendReferences['objects']['service'],
): Fault | undefined => {
  for (const { section, service: key } of targets) {
    if (section === undefined || service(key)?.spec?.ports?.some(({ name }) => name === section)) continue
    return {
      reason: 'TargetNotFound',
      message: `Service ${splitKey(key).name} has no port with the name ${section}`,
    }
  }
  return undefined
}
