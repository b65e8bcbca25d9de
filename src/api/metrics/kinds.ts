import type { Kind } from '#api/catalogue/kind.ts'
import { nodeMetricsKind } from './nodemetrics/kind.ts'
import { podMetricsKind } from './podmetrics/kind.ts'

/** What is served of the group `metrics.k8s.io`, which a cluster has where something measures it. */
export const metricsKinds: readonly Kind[] = [nodeMetricsKind, podMetricsKind]
