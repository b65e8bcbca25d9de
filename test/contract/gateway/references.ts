import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { GatewayHit } from './clauses.ts'
import type { GatewayObjects } from './model.ts'

export const GATEWAY_GROUP = 'gateway.networking.k8s.io'

interface Named {
  readonly kind: string
  readonly namespace: string
}

/** Whether a namespace lets somebody else's object name one of its own. */
export const isGranted = (
  { referenceGrants }: GatewayObjects,
  from: Named,
  to: { readonly kind: 'Service' | 'Secret'; readonly namespace: string; readonly name: string },
): boolean =>
  referenceGrants.some(
    ({ metadata, spec }) =>
      metadata?.namespace === to.namespace &&
      spec?.from?.some(
        (one) => one.group === GATEWAY_GROUP && one.kind === from.kind && one.namespace === from.namespace,
      ) &&
      spec.to?.some(
        (one) => one.group === '' && one.kind === to.kind && (one.name === undefined || one.name === to.name),
      ),
  )

interface ServiceReference {
  readonly group?: string | undefined
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly name: string
  readonly port?: number | undefined
}

/** `namespace/name:port` of a reference that leads somewhere. */
export function serviceOf(
  objects: GatewayObjects,
  from: Named,
  { group = '', kind = 'Service', namespace = from.namespace, name, port }: ServiceReference,
  hit: GatewayHit,
): string | undefined {
  if (group !== '' || kind !== 'Service') {
    hit('backend/kind')
    return undefined
  }
  if (namespace !== from.namespace) {
    const granted = isGranted(objects, from, { kind, namespace, name })
    hit(granted ? 'backend/granted' : 'backend/not-granted')
    if (!granted) return undefined
  }
  const service = objects.services.find((one) => one.metadata?.namespace === namespace && one.metadata.name === name)
  if (!service?.spec?.ports?.some((one) => one.port === port && (one.protocol ?? 'TCP') === 'TCP')) {
    hit('backend/missing')
    return undefined
  }
  return `${namespace}/${name}:${port}`
}

type Labels = Readonly<Record<string, string>>

export const labelsOf = ({ namespaces }: GatewayObjects, name: string): Labels =>
  namespaces.find(({ metadata }) => metadata?.name === name)?.metadata?.labels ?? {}

export const isSelected = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key in labels
    if (operator === 'DoesNotExist') return !(key in labels)
    const isOneOf = key in labels && values.includes(labels[key] ?? '')
    return operator === 'In' ? isOneOf : !isOneOf
  })
