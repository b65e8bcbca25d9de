import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { horizontalPodAutoscalerColumns } from './columns.ts'
import { defaultHorizontalPodAutoscaler } from './defaults.ts'
import { horizontalPodAutoscalers } from './resource.ts'
import { validateAutoscalerCreate, validateAutoscalerStatus, validateAutoscalerUpdate } from './validate/autoscaler.ts'

export const horizontalPodAutoscaler = kind({
  resource: horizontalPodAutoscalers,
  subresources: { status },
  defaults: defaultHorizontalPodAutoscaler,
  validate: { create: validateAutoscalerCreate, update: validateAutoscalerUpdate, status: validateAutoscalerStatus },
  isInert: true,
  columns: horizontalPodAutoscalerColumns,
})
