import type { ApiObject, Resource } from '#api/resource.ts'
import { parseLabelSelector } from '#api/selectors/label-selector.ts'
import { matchesLabels } from '#objects/label-requirement.ts'
import type { ListOptions } from '../client.ts'

const at = (object: unknown, path: string): string =>
  String(path.split('.').reduce<unknown>((value, step) => (value as Record<string, unknown>)?.[step], object) ?? '')

/**
 * Whether an object is among those that a list or a watch asks for: by namespace, labels and fields (any path, = and
 * !=).
 */
export const selection = (
  resource: Pick<Resource, 'namespaced'>,
  options: ListOptions,
): ((object: ApiObject) => boolean) => {
  const labels = options.labelSelector ? parseLabelSelector(options.labelSelector) : []
  const fields = (options.fieldSelector ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => /^([^!=]+)(!?=)=?(.*)$/.exec(part)!)
  return (object) =>
    (!resource.namespaced || !options.namespace || object.metadata?.namespace === options.namespace) &&
    matchesLabels(labels, object.metadata?.labels) &&
    fields.every(([, path, operator, value]) => (at(object, path!) === value) === (operator === '='))
}
