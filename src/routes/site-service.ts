import type { Service } from '#api/core/service/message.ts'
import type { Labels } from '#objects/object.ts'
import {
  DATA_PLANE_LABELS,
  DATA_PLANE_NAME,
  DATA_PLANE_NAMESPACE,
  FIRST_BIND,
  GATEWAY_CONTROLLER_LABEL_VALUE,
  LAST_BIND,
} from './data-plane.ts'
import type { Origin } from './table/origin.ts'

/** On all that is made for the data plane; what does not have it is somebody else's. */
export const MANAGED_LABELS: Readonly<Record<string, string>> = {
  ...DATA_PLANE_LABELS,
  'app.kubernetes.io/managed-by': GATEWAY_CONTROLLER_LABEL_VALUE,
}

/** Whether it was made for the data plane. */
export const isManaged = ({ metadata }: { readonly metadata?: { readonly labels?: Labels } }): boolean =>
  Object.entries(MANAGED_LABELS).every(([key, value]) => metadata?.labels?.[key] === value)

/** On a Service: `namespace/name` of the Gateway whose addresses it has. Labels have no room for long names. */
export const GATEWAY_ANNOTATION = 'fairlead.dev/gateway'

/** `shop/public` of a Gateway; '' of what all Ingresses share. */
export const siteKey = ({ kind, namespace, name }: Origin): string => (kind === 'Gateway' ? `${namespace}/${name}` : '')

/** The key of the site whose addresses a Service has; undefined where it has none of ours. */
export const siteKeyOf = ({ metadata }: Service): string | undefined => {
  if (metadata?.namespace !== DATA_PLANE_NAMESPACE) return undefined
  if (!isManaged({ metadata })) return undefined
  const gateway = metadata.annotations?.[GATEWAY_ANNOTATION]
  return gateway ?? (metadata.name === DATA_PLANE_NAME ? '' : undefined)
}

/** Whether a targetPort is one that the proxy listens on. */
export const isBind = (target: unknown): target is number =>
  typeof target === 'number' && target >= FIRST_BIND && target <= LAST_BIND

/** Where the proxy listens for a port of a site; undefined where it does not. */
export const bindOf = ({ spec }: Service, port: number): number | undefined => {
  const target = spec?.ports?.find((one) => one.port === port && (one.protocol || 'TCP') === 'TCP')?.targetPort
  return isBind(target) ? target : undefined
}
