import type { Service, ServicePort, ServiceSpec } from '#api/core/service/message.ts'
import { type IpFamily, tryParseAddress } from '#net/ip-address.ts'
import { LOAD_BALANCER_IPS_ANNOTATION } from '#objects/well-known.ts'
import {
  DATA_PLANE_LABELS,
  DATA_PLANE_NAMESPACE,
  GATEWAY_NAME_LABEL,
  GATEWAY_NAMESPACE_LABEL,
  KERNEL_TARGET_PORT,
} from '#routes/data-plane.ts'
import { GATEWAY_ANNOTATION, isBind, MANAGED_LABELS } from '#routes/site-service.ts'
import { sameValue } from '../../values/equal.ts'
import { textHash } from '../../values/text-hash.ts'
import {
  askedAddresses,
  type Binds,
  familiesOf,
  keyOfSite,
  portName,
  type WantedPort,
  type WantedSite,
} from './desired-site.ts'

/** Which annotations and labels of a Service came from its Gateway: they go when they go there. */
const PROPAGATED_ANNOTATION = 'fairlead.dev/propagated'

type Texts = Readonly<Record<string, string>>

/** What is to be done about a site's Service. `again`: it cannot be changed into what it should be, which is `object`. */
export type ServiceChange =
  | { readonly do: 'nothing' }
  | { readonly do: 'create' | 'update' | 'again'; readonly object: Service }

/**
 * What makes a site's Service as it should be. Of one that is there the ports, the selector, the addresses asked for and
 * what its Gateway wants on it are ours; all else is whose changes it, such as nodePorts or externalTrafficPolicy. `asked`:
 * the addresses that it shall ask for.
 */
export const serviceChange = (
  site: WantedSite,
  name: string,
  current: Service | undefined,
  binds: Binds,
  asked = askedAddresses(site),
): ServiceChange => {
  if (current === undefined) return { do: 'create', object: firstService(site, name, asked, binds) }
  const families = familiesOf(asked)
  const [primary] = current.spec?.ipFamilies ?? []
  // The first family is for ever, and what its address was is not to be had without it.
  if (primary && families.length > 0 && !families.includes(primary))
    return { do: 'again', object: firstService(site, name, asked, binds) }
  const { loadBalancerIP: _, ...others } = current.spec ?? {}
  const object: Service = {
    ...current,
    metadata: { ...current.metadata, ...metaOf(site, asked, current) },
    spec: {
      ...others,
      ...familyChange(families, current),
      selector: DATA_PLANE_LABELS,
      ports: portsOf(site, current, binds),
      ...(asked[0] && { loadBalancerIP: asked[0] }),
    },
  }
  return sameValue(object, current) ? { do: 'nothing' } : { do: 'update', object }
}

/** The addresses that a Service asks for. */
export const askedBy = ({ metadata, spec }: Service): readonly string[] =>
  (metadata?.annotations?.[LOAD_BALANCER_IPS_ANNOTATION] ?? spec?.loadBalancerIP ?? '')
    .split(',')
    .filter((one) => tryParseAddress(one))

const firstService = (site: WantedSite, name: string, asked: readonly string[], binds: Binds): Service => {
  const families = familiesOf(asked)
  const spec: ServiceSpec = {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    // Where nobody says which addresses: one of each family that the cluster has.
    ipFamilyPolicy: families.length === 1 ? 'SingleStack' : 'PreferDualStack',
    ...(families.length > 0 && { ipFamilies: families }),
    selector: DATA_PLANE_LABELS,
    ports: portsOf(site, undefined, binds),
    ...(asked[0] && { loadBalancerIP: asked[0] }),
  }
  const metadata = { name, namespace: DATA_PLANE_NAMESPACE, ...metaOf(site, asked, undefined) }
  return { apiVersion: 'v1', kind: 'Service', metadata, spec }
}

/** The second family comes and goes with the policy: lists that are left as they are lose it. */
const familyChange = (families: readonly IpFamily[], { spec }: Service): Partial<ServiceSpec> => {
  const had = spec?.ipFamilies ?? []
  if (families.length === 0 || families.length === had.length) return {}
  if (families.length === 1) return { ipFamilyPolicy: 'SingleStack' }
  return { ipFamilyPolicy: 'PreferDualStack', ipFamilies: [...had, ...families.filter((one) => !had.includes(one))] }
}

/** Those that it has keep what they have: the port of the pods, and the nodePort that somebody may know. */
const portsOf = ({ ports }: WantedSite, current: Service | undefined, binds: Binds): readonly ServicePort[] =>
  ports.flatMap(({ port, protocol, by }: WantedPort): readonly ServicePort[] => {
    const before = current?.spec?.ports?.find((one) => one.port === port && (one.protocol || 'TCP') === protocol)
    const kept = by === 'proxy' && isBind(before?.targetPort) ? before.targetPort : undefined
    const targetPort = by === 'kernel' ? KERNEL_TARGET_PORT : (kept ?? binds.take())
    // None is left: this one waits until another goes.
    if (targetPort === undefined) return []
    return [{ ...before, name: portName(protocol, port), protocol, port, targetPort }]
  })

const metaOf = (
  site: WantedSite,
  asked: readonly string[],
  current: Service | undefined,
): { readonly labels: Texts; readonly annotations: Texts } => {
  const { gateway } = site
  const { labels = {}, annotations = {} } = gateway?.spec?.infrastructure ?? {}
  const before = propagatedOf(current)
  const names = { labels: Object.keys(labels).sort(), annotations: Object.keys(annotations).sort() }
  const isSome = names.labels.length + names.annotations.length > 0
  const own = current?.metadata
  return {
    labels: {
      ...without(own?.labels, before.labels),
      ...labels,
      // After what people say: by these it is found.
      ...MANAGED_LABELS,
      ...(gateway && {
        [GATEWAY_NAME_LABEL]: labelOf(gateway.metadata!.name!),
        [GATEWAY_NAMESPACE_LABEL]: gateway.metadata!.namespace!,
      }),
    },
    annotations: {
      ...without(own?.annotations, [...before.annotations, PROPAGATED_ANNOTATION, LOAD_BALANCER_IPS_ANNOTATION]),
      ...annotations,
      ...(gateway && { [GATEWAY_ANNOTATION]: keyOfSite(site) }),
      ...(isSome && { [PROPAGATED_ANNOTATION]: JSON.stringify(names) }),
      ...(asked.length > 1 && { [LOAD_BALANCER_IPS_ANNOTATION]: asked.join() }),
    },
  }
}

const MOST_LETTERS = 63
/** A name as a label's value, which is shorter. */
const labelOf = (name: string): string => {
  const hash = textHash(name)
  return name.length <= MOST_LETTERS ? name : `${name.slice(0, MOST_LETTERS - hash.length - 1)}-${hash}`
}

const without = (texts: Texts | undefined, names: readonly string[]): Texts =>
  Object.fromEntries(Object.entries(texts ?? {}).filter(([name]) => !names.includes(name)))

interface Propagated {
  readonly labels: readonly string[]
  readonly annotations: readonly string[]
}

/** What it says that came from its Gateway; nothing where somebody has written there. */
const propagatedOf = (service: Service | undefined): Propagated => {
  const none = { labels: [], annotations: [] }
  try {
    const said = JSON.parse(service?.metadata?.annotations?.[PROPAGATED_ANNOTATION] ?? '{}') as Partial<Propagated>
    return { ...none, ...said }
  } catch {
    return none
  }
}
