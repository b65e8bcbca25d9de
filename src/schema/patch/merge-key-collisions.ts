import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.ts'
import type { MessageClass } from '../schema.ts'
import { orderOf, PATCH } from './strategic/directives.ts'
import { identityOf } from './strategic/order.ts'
import { type AnyField, lookUp } from './strategic/place.ts'

/** Two items of one list of a patch, by their places, that have the same value of the key the list is merged by. */
interface MergeKeyCollision {
  /** `spec.ports[1]`. */
  readonly item: string
  /** `spec.ports[0]`. */
  readonly earlier: string
  readonly key: string
  readonly value: JsonValue
}

/**
 * Where a strategic merge patch names one merge key twice. Kubernetes merges both into one item, though the list may
 * hold both: Service ports are merged by `port`, and TCP and UDP have the same; a node's addresses by `type`. Nobody is
 * told upstream, so an item is lost without a word.
 */
export const mergeKeyCollisions = (
  message: MessageClass<unknown>,
  patch: JsonObject,
  path = '',
): readonly MergeKeyCollision[] =>
  Object.entries(patch).flatMap(([name, value]): readonly MergeKeyCollision[] => {
    const field = lookUp(message, orderOf(name) ?? name)
    if (field === undefined) return []
    const at = path === '' ? name : `${path}.${name}`
    const child = childOf(field)
    if (isJsonObject(value)) return child === undefined ? [] : mergeKeyCollisions(child, value, at)
    const { patchKey } = field.options
    if (!Array.isArray(value) || patchKey === undefined) return []
    const items = value.map((item, index) => ({ item, at: `${at}[${index}]` }))
    // A list that is replaced merges nothing.
    if (items.some(({ item }) => isJsonObject(item) && item[PATCH] === 'replace')) return []
    const first = new Map<string, string>()
    return items.flatMap((one) => {
      const { item } = one
      if (!isJsonObject(item) || item[PATCH] === 'delete') return []
      const key = item[patchKey]
      const id = identityOf(key ?? null, undefined)!
      const earlier = first.get(id)
      if (earlier === undefined) first.set(id, one.at)
      return [
        ...(earlier !== undefined && key !== undefined ? [{ item: one.at, earlier, key: patchKey, value: key }] : []),
        ...(child === undefined ? [] : mergeKeyCollisions(child, item, one.at)),
      ]
    })
  })

/** The declaration of a field's value or of its items. */
const childOf = ({ presence, type }: AnyField): MessageClass<unknown> | undefined =>
  presence !== 'map' && 'messageName' in type ? type : undefined
