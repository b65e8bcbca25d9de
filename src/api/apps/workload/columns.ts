import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'

export const names = (containers: readonly Container[] | undefined): string =>
  (containers ?? []).map(({ name }) => name).join(',')

export const images = (containers: readonly Container[] | undefined): string =>
  (containers ?? []).map(({ image }) => image ?? '').join(',')

interface Replicated {
  readonly metadata?: { readonly name?: string; readonly creationTimestamp?: string }
  readonly spec?: { readonly replicas?: number; readonly template?: PodTemplateSpec }
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number }
}

/** What is printed of a kind that keeps a number of equal pods, before its selector. */
export const replicaColumns: readonly Column<Replicated>[] = [
  NAME,
  column('Desired', 'Pods wanted.', ({ spec }) => spec?.replicas ?? 0, 'integer'),
  column('Current', 'Pods there are.', ({ status }) => status?.replicas ?? 0, 'integer'),
  column('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template?.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template?.spec?.containers)),
]
