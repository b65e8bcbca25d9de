import { encodeJson } from '#schema/json.ts'
import type { HorizontalPodAutoscaler as Stored } from '../message.ts'
import { HorizontalPodAutoscalerBehavior } from '../message.ts'
import type { HorizontalPodAutoscaler } from './message.ts'
import { flatMeasured, flatMetric, isFlat, whole } from './metrics.ts'

const PREFIX = 'autoscaling.alpha.kubernetes.io'
/** Where v1 keeps what it has no fields for. */
const KEPT = {
  metrics: `${PREFIX}/metrics`,
  currentMetrics: `${PREFIX}/current-metrics`,
  conditions: `${PREFIX}/conditions`,
  behavior: `${PREFIX}/behavior`,
} as const

type Spec = NonNullable<Stored['spec']>
type Status = NonNullable<Stored['status']>

/** The one metric that v1 has a field for: the CPU, as a share of what pods ask for. */
const isCpuShare = ({ type, resource }: NonNullable<Spec['metrics']>[number]): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined

/** The same in autoscaling/v1. */
export const fromStored = ({ metadata = {}, spec, status }: Stored): HorizontalPodAutoscaler => {
  const others = (spec?.metrics ?? []).filter((metric) => !isCpuShare(metric))
  const { currentMetrics, conditions = [], ...measured } = status ?? { desiredReplicas: 0 }
  const found = currentMetrics ?? []
  const annotations = {
    ...metadata.annotations,
    ...(others.length > 0 && { [KEPT.metrics]: JSON.stringify(others.map(flatMetric)) }),
    ...(found.length > 0 && { [KEPT.currentMetrics]: JSON.stringify(found.map(flatMeasured)) }),
    ...(conditions.length > 0 && { [KEPT.conditions]: JSON.stringify(conditions) }),
    ...(spec?.behavior && { [KEPT.behavior]: encodeJson(HorizontalPodAutoscalerBehavior, spec.behavior) }),
  }
  const wanted = spec?.metrics?.find(isCpuShare)?.resource?.target.averageUtilization
  const current = found.find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')?.resource?.current
  const { metrics: _, behavior: __, ...plain } = spec ?? { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 0 }
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata,
    ...(spec && { spec: { ...plain, ...(wanted !== undefined && { targetCPUUtilizationPercentage: wanted }) } }),
    ...(status && {
      status: {
        ...measured,
        currentReplicas: measured.currentReplicas ?? 0,
        ...(current?.averageUtilization !== undefined && {
          currentCPUUtilizationPercentage: current.averageUtilization,
        }),
      },
    }),
  }
}

/** What an annotation holds; undefined where there is none, or where it cannot be read. */
// biome-ignore lint/suspicious/noExplicitAny: what is stored of it is validated as a kind of v2
const read = (text: string | undefined): any => {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const cpuShare = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

/** The same as it is stored, in autoscaling/v2. */
export const toStored = ({ metadata = {}, spec, status }: HorizontalPodAutoscaler): Stored => {
  const given = metadata.annotations ?? {}
  const kept = Object.values<string>(KEPT)
  const annotations = Object.fromEntries(Object.entries(given).filter(([key]) => !kept.includes(key)))
  const behavior = read(given[KEPT.behavior])
  const conditions = read(given[KEPT.conditions])
  const found = read(given[KEPT.currentMetrics])
  const others = read(given[KEPT.metrics])
  const { targetCPUUtilizationPercentage: wanted, ...plain } = spec ?? {
    scaleTargetRef: { kind: '', name: '' },
    maxReplicas: 0,
  }
  const metrics = [
    ...(Array.isArray(others) ? others.filter(isFlat).map((flat) => whole(flat, 'target')) : []),
    ...(wanted === undefined ? [] : [cpuShare(wanted)]),
  ]
  const { annotations: _, ...named } = metadata
  const { currentCPUUtilizationPercentage: __, ...measured } = status ?? { currentReplicas: 0, desiredReplicas: 0 }
  const currentMetrics: Status['currentMetrics'] = Array.isArray(found)
    ? found.filter(isFlat).map((flat) => whole(flat, 'current'))
    : undefined
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: Object.keys(annotations).length > 0 ? { ...named, annotations } : named,
    ...(spec && { spec: { ...plain, ...(metrics.length > 0 && { metrics }), ...(behavior && { behavior }) } }),
    ...(status && {
      status: {
        ...measured,
        ...(currentMetrics && { currentMetrics }),
        ...(Array.isArray(conditions) && { conditions }),
      },
    }),
  }
}
