import type { Service } from '#api/core/service/message.ts'
import { LOAD_BALANCER_IPS_ANNOTATION } from '#objects/well-known.ts'

/** What a Service asks for as MetalLB's users write it, the present name before the old one. */
const METALLB = ['metallb.io/', 'metallb.universe.tf/']

const annotation = (
  { metadata }: Service,
  name: string,
): { readonly key: string; readonly value: string } | undefined => {
  for (const prefix of METALLB) {
    const value = metadata?.annotations?.[prefix + name]
    if (value) return { key: prefix + name, value }
  }
  return undefined
}

/** Addresses that are asked for, as they are written, and the field that asks, in words. */
interface AskedAddresses {
  readonly asked: readonly string[]
  readonly place: string
}

export const askedAddresses = (service: Service): AskedAddresses => {
  const own = service.metadata?.annotations?.[LOAD_BALANCER_IPS_ANNOTATION]
  const listed =
    own === undefined ? annotation(service, 'loadBalancerIPs') : { key: LOAD_BALANCER_IPS_ANNOTATION, value: own }
  if (listed === undefined) {
    const { loadBalancerIP } = service.spec ?? {}
    return { asked: loadBalancerIP ? [loadBalancerIP] : [], place: 'spec.loadBalancerIP' }
  }
  const asked = [...new Set(listed.value.split(',').map((one) => one.trim()))].filter((one) => one !== '')
  return { asked, place: `the annotation ${listed.key}` }
}

/** The pool that is asked for by name. */
export const askedPool = (service: Service): string | undefined => annotation(service, 'address-pool')?.value

/**
 * Who may be at one address with a Service: those of the same text whose ports are others. Undefined: nobody. With policy
 * Local both must lead to the same pods, since traffic comes to the nodes of one alone.
 */
export const sharingOf = (service: Service): string | undefined => {
  const key = annotation(service, 'allow-shared-ip')?.value
  if (key === undefined) return undefined
  const pods =
    service.spec?.externalTrafficPolicy === 'Local'
      ? JSON.stringify(Object.entries(service.spec.selector ?? {}).sort(([left], [right]) => (left < right ? -1 : 1)))
      : ''
  return JSON.stringify([key, service.spec?.externalTrafficPolicy ?? 'Cluster', pods])
}

/** `TCP/80`, of all its ports. */
export const portsOf = ({ spec }: Service): readonly string[] =>
  (spec?.ports ?? []).map(({ protocol, port }) => `${protocol ?? 'TCP'}/${port}`)
