import type { BackendTLSPolicy } from '#api/gatewayapi/backendtlspolicy/message.ts'
import { objectKey } from '#objects/object-key.ts'
import type { RouteObjects, RouteOptions } from '../route-objects.ts'
import { bySeniority, seniorityOf } from '../table/seniority.ts'
import { type ReadPolicy, readPolicy } from './read-policy.ts'

/** Policies by the Services that they target. */
export interface BackendPolicies {
  /** Of a port of a Service: the policy that has its section, or else that of the whole Service; the oldest of each. */
  readonly policyOf: (service: string, portName: string) => ReadPolicy | undefined
  /** All that target the Service, the oldest first. */
  readonly targeting: (service: string) => readonly Targeting[]
}

export interface Targeting {
  readonly read: ReadPolicy
  /** `namespace/name`. */
  readonly service: string
  /** Absent: the whole Service. */
  readonly section?: string
  /** The older one that has the same target. */
  readonly loses?: ReadPolicy
}

const NONE: readonly Targeting[] = []

export const backendPolicies = (objects: RouteObjects, options: RouteOptions): BackendPolicies => {
  const byService = new Map<string, Targeting[]>()
  for (const policy of oldestFirst(objects.backendTLSPolicies)) {
    const read = readPolicy(policy, objects, options)
    for (const { group, kind, name, sectionName } of policy.spec.targetRefs ?? []) {
      if (group !== '' || kind !== 'Service') continue
      const service = objectKey(policy.metadata?.namespace, name)
      const others = byService.get(service) ?? []
      if (others.length === 0) byService.set(service, others)
      const section = sectionName || undefined
      const winner = others.find((other) => other.section === section && other.loses === undefined)
      others.push({ read, service, ...(section && { section }), ...(winner && { loses: winner.read }) })
    }
  }
  const targeting = (service: string): readonly Targeting[] => byService.get(service) ?? NONE
  const policyOf = (service: string, portName: string): ReadPolicy | undefined => {
    const all = targeting(service)
    const own = portName === '' ? undefined : all.find(({ section }) => section === portName)
    return (own ?? all.find(({ section }) => section === undefined))?.read
  }
  return { policyOf, targeting }
}

const oldestFirst = (policies: readonly BackendTLSPolicy[]): readonly BackendTLSPolicy[] =>
  policies
    .map((policy) => ({ policy, age: seniorityOf(policy.metadata) }))
    .sort((left, right) => bySeniority(left.age, right.age))
    .map(({ policy }) => policy)
