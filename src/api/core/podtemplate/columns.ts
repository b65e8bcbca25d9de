import { images, names } from '#api/apps/workload/columns.ts'
import { type Column, column, NAME } from '#api/table/column.ts'
import { formatLabels } from '#api/table/label-text.ts'
import type { PodTemplate } from './message.ts'

export const podTemplateColumns: readonly Column<PodTemplate>[] = [
  NAME,
  column('Containers', 'Names of the containers.', ({ template }) => names(template?.spec?.containers)),
  column('Images', 'Images of the containers.', ({ template }) => images(template?.spec?.containers)),
  column('Pod Labels', 'Labels of its pods.', ({ template }) => formatLabels(template?.metadata?.labels)),
]
