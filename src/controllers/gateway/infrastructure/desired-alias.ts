import type { Service } from '#api/core/service/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { DATA_PLANE_NAME, DATA_PLANE_NAMESPACE, GATEWAY_NAME_LABEL } from '#routes/data-plane.ts'
import { isManaged, MANAGED_LABELS } from '#routes/site-service.ts'
import { sameValue } from '../../values/equal.ts'
import { textHash } from '../../values/text-hash.ts'

const MOST_LETTERS = 63

/**
 * The name of a Gateway's alias: `NAME-CLASS`, as its namespace expects to find what was made for a Gateway. What is too
 * long is cut, and told apart by a hash.
 */
const aliasName = ({ metadata, spec }: Gateway): string => {
  const name = `${metadata!.name}-${spec!.gatewayClassName}`.replaceAll('.', '-')
  const isTheirs = metadata!.namespace === DATA_PLANE_NAMESPACE && name === DATA_PLANE_NAME
  if (name.length <= MOST_LETTERS && /^[a-z]/.test(name) && !isTheirs) return name
  const hash = textHash(`${metadata!.name} ${spec!.gatewayClassName}`)
  return `gw-${name.slice(0, MOST_LETTERS - hash.length - 4)}-${hash}`
}

/**
 * What a Gateway's own namespace has of it: a name in DNS that leads to the Service by which it is reached, which stands
 * where the data plane does, with the labels and annotations that it wants on what is made for it. It goes with its owner.
 */
export const desiredAlias = (gateway: Gateway, service: string, clusterDomain: string): Service => {
  const { labels = {}, annotations = {} } = gateway.spec?.infrastructure ?? {}
  const name = gateway.metadata!.name!
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: aliasName(gateway),
      namespace: gateway.metadata!.namespace!,
      labels: { ...labels, ...MANAGED_LABELS, ...(name.length <= MOST_LETTERS && { [GATEWAY_NAME_LABEL]: name }) },
      annotations,
      ownerReferences: [controllerReference(gateway)],
    },
    spec: { type: 'ExternalName', externalName: `${service}.${DATA_PLANE_NAMESPACE}.svc.${clusterDomain}` },
  }
}

/** Whether a Service is the alias of a Gateway. */
export const isAlias = (service: Service): boolean => isManaged(service) && service.spec?.type === 'ExternalName'

/** The alias that is there, made as it should be; undefined: it is so, or somebody else's, also another Gateway's. */
export const changedAlias = (wanted: Service, current: Service): Service | undefined => {
  const { labels, annotations, ownerReferences } = wanted.metadata!
  if (!isAlias(current) || current.metadata?.ownerReferences?.[0]?.uid !== ownerReferences?.[0]?.uid) return undefined
  const next: Service = {
    ...current,
    metadata: { ...current.metadata, labels, annotations, ownerReferences },
    spec: { ...current.spec, externalName: wanted.spec!.externalName },
  }
  return sameValue(next, current) ? undefined : next
}
