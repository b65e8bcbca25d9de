import { AGE, type Column, column, NAME, orNone } from '#api/table/column.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import type { ControllerRevision } from './message.ts'

/** `statefulset.apps/web`. */
const owner = (revision: ControllerRevision): string => {
  const controller = controllerOf(revision)
  if (controller === undefined) return ''
  const group = controller.apiVersion.includes('/') ? `.${controller.apiVersion.split('/')[0]}` : ''
  return `${controller.kind.toLowerCase()}${group}/${controller.name}`
}

export const controllerRevisionColumns: readonly Column<ControllerRevision>[] = [
  NAME,
  column('Controller', 'The object whose state it keeps.', (revision) => orNone(owner(revision))),
  column('Revision', 'Its place among the states of that object.', ({ revision }) => revision ?? 0),
  AGE,
]
