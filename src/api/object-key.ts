import type { ApiObject } from './resource.ts'

/** `namespace/name`; the bare name for what belongs to the cluster. Unique within a resource. */
export const objectKey = ({ metadata }: Pick<ApiObject, 'metadata'>): string =>
  keyOf(metadata?.namespace, metadata?.name ?? '')

export const keyOf = (namespace: string | undefined, name: string): string =>
  namespace ? `${namespace}/${name}` : name

/** The parts of a key; namespace is '' for what belongs to the cluster. */
export const splitKey = (key: string): { readonly namespace: string; readonly name: string } => {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
