import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { HorizontalPodAutoscaler } from './message.ts'
import { targets } from './targets.ts'

export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  NAME,
  column('Reference', 'What it scales.', ({ spec }) => `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`),
  column('Targets', 'What is measured, and what it should be.', targets),
  column('MinPods', 'Pods that there are at least.', ({ spec }) =>
    spec?.minReplicas === undefined ? '<unset>' : `${spec.minReplicas}`,
  ),
  column('MaxPods', 'Pods that there are at most.', ({ spec }) => spec?.maxReplicas ?? 0),
  column('Replicas', 'Pods that there are.', ({ status }) => status?.currentReplicas ?? 0),
  AGE,
]
