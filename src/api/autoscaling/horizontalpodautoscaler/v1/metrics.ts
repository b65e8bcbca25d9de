import type { HorizontalPodAutoscaler } from '../message.ts'

type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number]
type Measured = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number]
type Side = 'target' | 'current'
/** What a source says, by field. */
interface Fields {
  // biome-ignore lint/suspicious/noExplicitAny: read from an annotation, and not checked before it is validated
  readonly [field: string]: any
}
/** As annotations of v1 hold it: names and amounts side by side. */
interface Flat extends Fields {
  readonly type: string
}

/** An annotation may hold anything. */
export const isFlat = (value: unknown): value is Flat => typeof value === 'object' && value !== null && 'type' in value

/** Without what is not set. */
const compact = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** In the form of v1: what is wanted (`target`), or what was found (`current`), where an amount is always told. */
const flat = ({ type, ...sources }: Metric | Measured, of: Side): Fields => {
  const { object, pods, resource, containerResource, external }: Fields = sources
  const zero = of === 'current' ? '0' : undefined
  const ofResource = ({ name, container, [of]: amount }: Fields) =>
    compact({
      name,
      [`${of}AverageUtilization`]: amount.averageUtilization,
      [`${of}AverageValue`]: amount.averageValue ?? zero,
      container,
    })
  const ofObject = ({ describedObject, metric, [of]: { value, averageValue } }: Fields) =>
    compact({
      target: describedObject,
      metricName: metric.name,
      [`${of}Value`]: value ?? '0',
      selector: metric.selector,
      averageValue,
    })
  const ofPods = ({ metric, [of]: { averageValue } }: Fields) =>
    compact({ metricName: metric.name, [`${of}AverageValue`]: averageValue ?? '0', selector: metric.selector })
  const ofExternal = ({ metric, [of]: { value, averageValue } }: Fields) =>
    compact({
      metricName: metric.name,
      metricSelector: metric.selector,
      [`${of}Value`]: value ?? zero,
      [`${of}AverageValue`]: averageValue,
    })
  return compact({
    type,
    object: object && ofObject(object),
    pods: pods && ofPods(pods),
    resource: resource && ofResource(resource),
    containerResource: containerResource && ofResource(containerResource),
    external: external && ofExternal(external),
  })
}

/** A wish in the form of v1. */
export const flatMetric = (metric: Metric): Fields => flat(metric, 'target')

/** What was found, in the form of v1. */
export const flatMeasured = (measured: Measured): Fields => flat(measured, 'current')

const identifier = (name: string, selector: unknown) => compact({ name, selector })

/** A wish or what was found, from its form in v1. @param of `target` or `current` */
export const whole = (flat: Flat, of: Side): Metric & Measured => {
  const { type, object, pods, resource, containerResource, external } = flat
  const prefix = of
  const amount = (kind: string, value: object) => ({ [of]: of === 'target' ? { type: kind, ...value } : value })
  const ofResource = (source: Fields) => {
    const averageUtilization = source[`${prefix}AverageUtilization`]
    return amount(
      averageUtilization === undefined ? 'AverageValue' : 'Utilization',
      compact({ averageValue: source[`${prefix}AverageValue`], averageUtilization }),
    )
  }
  const ofOther = (value: unknown, averageValue: unknown) =>
    amount(
      averageValue === undefined ? 'Value' : 'AverageValue',
      averageValue === undefined || of === 'current' ? compact({ value, averageValue }) : { averageValue },
    )
  return compact({
    type,
    object: object && {
      describedObject: object.target,
      ...ofOther(object[`${prefix}Value`], object.averageValue),
      metric: identifier(object.metricName, object.selector),
    },
    pods: pods && {
      metric: identifier(pods.metricName, pods.selector),
      ...amount('AverageValue', compact({ averageValue: pods[`${prefix}AverageValue`] })),
    },
    resource: resource && { name: resource.name, ...ofResource(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...ofResource(containerResource),
      container: containerResource.container,
    },
    external: external && {
      metric: identifier(external.metricName, external.metricSelector),
      ...ofOther(external[`${prefix}Value`], external[`${prefix}AverageValue`]),
    },
  }) as Metric & Measured
}
