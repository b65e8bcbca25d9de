import type { Resource } from '#api/resource.ts'

const names = new WeakMap<object, string>()

/** `group/plural`: one text for each that says so, since each write looks by it. */
export const resourceName = (resource: Pick<Resource, 'group' | 'plural'>): string => {
  let name = names.get(resource)
  if (name === undefined) {
    name = `${resource.group}/${resource.plural}`
    names.set(resource, name)
  }
  return name
}
