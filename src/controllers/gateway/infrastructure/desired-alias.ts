import type { Service } from '#api/core/service/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { keyOf, objectKey, splitKey } from '#objects/object-key.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { DATA_PLANE_NAME, DATA_PLANE_NAMESPACE, GATEWAY_NAME_LABEL } from '#routes/data-plane.ts'
import { isManaged, MANAGED_LABELS } from '#routes/site-service.ts'
import { sameValue } from '../../values/equal.ts'
import { textHash } from '../../values/text-hash.ts'

const MOST_LETTERS = 63

/**
 * Names that a Gateway's alias may have, the best one first: `NAME-CLASS`, as its namespace expects to find what was made for
 * a Gateway. `a-b-c` may be meant by two Gateways, and a long one is cut: then a hash tells them apart.
 */
const possibleNames = ({ metadata, spec }: Gateway): readonly string[] => {
  const name = `${metadata!.name}-${spec!.gatewayClassName}`.replaceAll('.', '-')
  const isTheirs = metadata!.namespace === DATA_PLANE_NAMESPACE && name === DATA_PLANE_NAME
  const hash = textHash(`${metadata!.name} ${spec!.gatewayClassName}`)
  return [
    ...(name.length <= MOST_LETTERS && /^[a-z]/.test(name) && !isTheirs ? [name] : []),
    `gw-${name.slice(0, MOST_LETTERS - hash.length - 4)}-${hash}`,
  ]
}

/**
 * The key of each Gateway's alias, by the Gateway's own: the one that it has already, else the first that no other Gateway has.
 * One that somebody else has is waited for, as is one of a Gateway that went. `held`: the Service of a key.
 */
export const aliasKeys = (
  gateways: readonly Gateway[],
  held: (key: string) => Service | undefined,
): ReadonlyMap<string, string> => {
  const uids = new Set(gateways.map(({ metadata }) => metadata!.uid))
  const given = new Set<string>()
  const isTaken = (key: string): boolean => {
    const holder = held(key)
    if (given.has(key)) return true
    return holder !== undefined && isManaged(holder) && (!isAlias(holder) || uids.has(ownerOf(holder)))
  }
  const keys = new Map<string, string>()
  for (const gateway of gateways) {
    const possible = possibleNames(gateway).map((name) => objectKey(gateway.metadata!.namespace, name))
    const key = possible.find((one) => isAliasOf(held(one), gateway)) ?? possible.find((one) => !isTaken(one))
    if (key === undefined) continue
    given.add(key)
    keys.set(keyOf(gateway), key)
  }
  return keys
}

/**
 * What a Gateway's own namespace has of it: a name in DNS that leads to the Service by which it is reached, which stands
 * where the data plane does, with the labels and annotations that it wants on what is made for it. It goes with its owner.
 */
export const desiredAlias = (gateway: Gateway, key: string, service: string, clusterDomain: string): Service => {
  const { labels = {}, annotations = {} } = gateway.spec?.infrastructure ?? {}
  const name = gateway.metadata!.name!
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...splitKey(key),
      labels: { ...labels, ...MANAGED_LABELS, ...(name.length <= MOST_LETTERS && { [GATEWAY_NAME_LABEL]: name }) },
      annotations,
      ownerReferences: [controllerReference(gateway)],
    },
    spec: { type: 'ExternalName', externalName: `${service}.${DATA_PLANE_NAMESPACE}.svc.${clusterDomain}` },
  }
}

/** Whether a Service is the alias of some Gateway. */
export const isAlias = (service: Service): boolean => isManaged(service) && service.spec?.type === 'ExternalName'

/** Whether it is the alias of this one: not of another, nor of one that had its name before. */
export const isAliasOf = (service: Service | undefined, { metadata }: Gateway): boolean =>
  service !== undefined && isAlias(service) && ownerOf(service) === metadata!.uid

const ownerOf = ({ metadata }: Service): string | undefined => metadata?.ownerReferences?.[0]?.uid

/** A Gateway's alias that is there, made as it should be; undefined: it is so. */
export const changedAlias = (wanted: Service, current: Service): Service | undefined => {
  const { labels, annotations, ownerReferences } = wanted.metadata!
  const next: Service = {
    ...current,
    metadata: { ...current.metadata, labels, annotations, ownerReferences },
    spec: { ...current.spec, externalName: wanted.spec!.externalName },
  }
  return sameValue(next, current) ? undefined : next
}
