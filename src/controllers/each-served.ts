import type { Resource } from '#api/resource.ts'
import type { ControllerContext } from './context.ts'

/**
 * Begins something for each resource that is stored, once for all its forms, now and as they come, and calls what that
 * answered when the resource goes: its cache is then told to be empty, and kept no more.
 */
export const eachServed = (
  { catalogue, served = catalogue, informers, signal }: ControllerContext,
  begin: (resource: Resource) => (() => void) | undefined,
): void => {
  const ends = new Map<Resource, () => void>()
  const add = (resource: Resource): void => {
    const end = begin(resource)
    if (end) ends.set(resource, end)
  }
  for (const resource of served.stored) add(resource)
  const stop = served.onChange(({ type, kind: { resource, form } }) => {
    // What is another form of the same was begun with it.
    if (form !== undefined) return
    if (type === 'added') return add(resource)
    informers.drop(resource)
    ends.get(resource)?.()
    ends.delete(resource)
  })
  signal.addEventListener('abort', stop, { once: true })
}
