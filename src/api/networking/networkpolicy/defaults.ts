import type { Draft } from '#schema/defaulting.ts'
import type { NetworkPolicy } from './message.ts'

/** Fills in the protocols of ports, and which directions a policy is about: egress only where it has rules for it. */
export const defaultNetworkPolicy = ({ spec }: Draft<NetworkPolicy>): void => {
  if (spec === undefined) return
  const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])]
  for (const port of rules.flatMap(({ ports }) => ports ?? [])) port.protocol ??= 'TCP'
  if ((spec.policyTypes ?? []).length > 0) return
  spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}
