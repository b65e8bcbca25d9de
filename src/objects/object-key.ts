import type { Named } from './object.ts'

/** An object of one kind, by name. */
export interface NamespacedName {
  readonly namespace: string
  readonly name: string
}

/** `namespace/name`, the form that queues, caches and logs carry; `name` for what has no namespace. */
export const objectKey = (namespace: string | undefined, name: string): string =>
  namespace ? `${namespace}/${name}` : name

/** The key of an object. */
export const keyOf = ({ metadata }: Named): string => objectKey(metadata?.namespace, metadata?.name ?? '')

/** For `sort`: by key, as text. */
export const byKey = (left: Named, right: Named): number => (keyOf(left) < keyOf(right) ? -1 : 1)

/** The parts of a key; the namespace is '' for what has none. */
export const splitKey = (key: string): NamespacedName => {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
