import { groupVersion, type Resource } from '#api/resource.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * `/api/v1/namespaces/NAMESPACE/pods/NAME/SUBRESOURCE`; without a name the collection, without a namespace that of all.
 */
export const resourcePath = (
  resource: Resource,
  namespace: string | undefined,
  name = '',
  subresource: string | undefined = undefined,
): string => {
  const root = resource.group === '' ? '/api' : '/apis'
  const parts = [
    `${root}/${groupVersion(resource)}`,
    resource.namespaced && namespace ? `namespaces/${encodeURIComponent(namespace)}` : '',
    resource.plural,
    name && encodeURIComponent(name),
    subresource ?? '',
  ]
  return parts.filter(Boolean).join('/')
}

export const withQuery = (path: string, query: Query): string => {
  const words = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') words.set(name, String(value))
  return words.size > 0 ? `${path}?${words}` : path
}
