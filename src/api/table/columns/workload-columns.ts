import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import { AGE, type Column, column, NAME, wide } from '../column.ts'
import { formatSelector } from '../label-text.ts'

const names = (containers: readonly Container[] | undefined): string =>
  (containers ?? []).map(({ name }) => name).join(',')
const images = (containers: readonly Container[] | undefined): string =>
  (containers ?? []).map(({ image }) => image ?? '').join(',')

export const deploymentColumns: readonly Column<Deployment>[] = [
  NAME,
  column(
    'Ready',
    'Pods that are ready, of all wanted.',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
  ),
  column('Up-to-date', 'Pods made from the present template.', ({ status }) => status?.updatedReplicas ?? 0),
  column('Available', 'Pods that have been ready for long enough.', ({ status }) => status?.availableReplicas ?? 0),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template.spec?.containers)),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  NAME,
  column('Desired', 'Pods wanted.', ({ spec }) => spec?.replicas ?? 0, 'integer'),
  column('Current', 'Pods there are.', ({ status }) => status?.replicas ?? 0, 'integer'),
  column('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template?.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template?.spec?.containers)),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]
