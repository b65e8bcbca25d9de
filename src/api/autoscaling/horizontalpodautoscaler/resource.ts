import { resource } from '#api/resource.ts'
import { HorizontalPodAutoscaler, HorizontalPodAutoscalerList } from './message.ts'

export const horizontalPodAutoscalers = resource(
  'horizontalpodautoscalers',
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerList,
  { shortNames: ['hpa'], categories: ['all'] },
)
