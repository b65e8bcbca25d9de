import type { Kind } from '#api/catalogue/kind.ts'
import { horizontalPodAutoscaler } from './horizontalpodautoscaler/kind.ts'
import { horizontalPodAutoscalerV1 } from './horizontalpodautoscaler/v1/kind.ts'

/** What is served of the group `autoscaling`, the preferred version first. */
export const autoscalingKinds: readonly Kind[] = [horizontalPodAutoscaler, horizontalPodAutoscalerV1]
