import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import { balancerDefinitions } from '#api/balancing/definitions.ts'
import { gatewayDefinitions } from '#api/gatewayapi/definition/definitions.ts'
import { clusterNetworkPolicyDefinition } from '#api/policynetworking/definition.ts'
import type { PartName } from '#incluster/settings/part-name.ts'
import { type Installation, PART_OF } from './installation.ts'

const OF_PARTS: Readonly<Partial<Record<PartName, () => readonly CustomResourceDefinition[]>>> = {
  policy: () => [clusterNetworkPolicyDefinition],
  balancer: balancerDefinitions,
  gateway: gatewayDefinitions,
}

/** The definitions of kinds that parts read, but those that others have defined: their makers look after them. */
export const definitionsOf = ({ settings, defined = [] }: Installation): readonly CustomResourceDefinition[] =>
  settings.parts
    .flatMap((part) => OF_PARTS[part]?.() ?? [])
    .filter(({ metadata }) => !defined.includes(metadata?.name ?? ''))
    .map((one) => ({ ...one, metadata: { ...one.metadata, labels: { ...one.metadata?.labels, ...PART_OF } } }))
