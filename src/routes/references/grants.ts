import type { ReferenceGrant } from '#api/gatewayapi/referencegrant/message.ts'

export const GATEWAY_GROUP = 'gateway.networking.k8s.io'

/** Who refers to something: a kind of the Gateway API's group. */
export interface Referrer {
  readonly kind: string
  readonly namespace: string
}

interface Referent {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Whether somebody may refer to something; in his own namespace everybody may. */
export type Permits = (from: Referrer, to: Referent) => boolean

/** What ReferenceGrants permit: each adds to the others, in its own namespace alone. */
export const permitsOf = (grants: readonly ReferenceGrant[]): Permits => {
  const byNamespace = Map.groupBy(grants, ({ metadata }) => metadata?.namespace ?? '')
  return (from, to) =>
    from.namespace === to.namespace ||
    (byNamespace.get(to.namespace) ?? []).some(({ spec }) => isFrom(spec, from) && isTo(spec, to))
}

type Spec = ReferenceGrant['spec']

const isFrom = (spec: Spec, { kind, namespace }: Referrer): boolean =>
  (spec?.from ?? []).some((one) => one.group === GATEWAY_GROUP && one.kind === kind && one.namespace === namespace)

const isTo = (spec: Spec, { group, kind, name }: Referent): boolean =>
  (spec?.to ?? []).some((one) => one.group === group && one.kind === kind && (!one.name || one.name === name))
