import { images, names } from '#api/apps/workload/columns.ts'
import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import { formatLabels, formatSelector } from '#api/table/label-text.ts'
import type { DaemonSet, DaemonSetStatus } from './message.ts'

const count = (name: string, description: string, field: keyof DaemonSetStatus): Column<DaemonSet> =>
  column(name, description, ({ status }) => (status?.[field] as number | undefined) ?? 0, 'integer')

export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  NAME,
  count('Desired', 'Nodes that should run its pod.', 'desiredNumberScheduled'),
  count('Current', 'Nodes that should run its pod, and do.', 'currentNumberScheduled'),
  count('Ready', 'Nodes whose pod is ready.', 'numberReady'),
  count('Up-to-date', 'Nodes whose pod is of the present template.', 'updatedNumberScheduled'),
  count('Available', 'Nodes whose pod has been ready for long enough.', 'numberAvailable'),
  column('Node Selector', 'Labels of the nodes that should run its pod.', ({ spec }) =>
    formatLabels(spec?.template.spec?.nodeSelector),
  ),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template.spec?.containers)),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]
