import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, dnsLabel, pathSegment } from '#api/validation/names.ts'
import { checkContainerResourceName } from '#api/validation/resource-names.ts'
import { parseQuantity } from '#schema/quantity.ts'
import type { HorizontalPodAutoscaler } from '../message.ts'
import { checkReference } from './reference.ts'

type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number]
type Target = NonNullable<Metric['resource']>['target']

/** By the type of a metric: its field. */
const FIELDS = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const
const TARGETS = ['Utilization', 'Value', 'AverageValue']
/** The order in which Kubernetes looks at what is there. */
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const

/** Checks one thing that is measured: it has a type, and what belongs to that type. */
export const validateMetric = (metric: Metric, at: string): readonly FieldError[] => {
  const errors: FieldError[] = metric.type === '' ? [required(`${at}.type`, 'must specify a metric source type')] : []
  const expected: string | undefined = FIELDS[metric.type as keyof typeof FIELDS]
  const odd = expected === undefined ? [notSupported(`${at}.type`, metric.type, Object.keys(FIELDS))] : []
  const present = SOURCES.filter((source) => metric[source] !== undefined)
  errors.push(...odd, ...sourceErrors(metric, present[0], at), ...odd)
  if (expected && !present.some((source) => source === expected))
    errors.push(required(`${at}.${expected}`, 'must populate information for the given metric source'))
  if (present.length === 1) return errors
  const others = present.filter((source) => source !== expected)
  return [...errors, ...others.map((one) => forbidden(`${at}.${one}`, 'must populate the given metric source only'))]
}

const sourceErrors = (metric: Metric, source: (typeof SOURCES)[number] | undefined, path: string) => {
  const at = `${path}.${source}`
  switch (source) {
    case undefined:
      return []
    case 'object':
      return objectErrors(metric.object!, at)
    case 'external':
      return externalErrors(metric.external!, at)
    case 'pods':
      return podsErrors(metric.pods!, at)
    case 'resource':
      return resourceErrors(metric.resource!, at)
    case 'containerResource':
      return containerErrors(metric.containerResource!, at)
  }
}

const objectErrors = (source: NonNullable<Metric['object']>, at: string): readonly FieldError[] => [
  ...checkReference(source.describedObject, `${at}.describedObject`),
  ...identifierErrors(source.metric.name, at),
  ...targetErrors(source.target, at),
  ...(source.target.value === undefined && source.target.averageValue === undefined
    ? [required(`${at}.target.averageValue`, 'must set either a target value or averageValue')]
    : []),
]

const externalErrors = ({ metric, target }: NonNullable<Metric['external']>, at: string): readonly FieldError[] => {
  const errors = [...identifierErrors(metric.name, at), ...targetErrors(target, at)]
  const [hasValue, hasAverage] = [target.value !== undefined, target.averageValue !== undefined]
  if (!hasValue && !hasAverage)
    errors.push(required(`${at}.target.averageValue`, 'must set either a target value for metric or a per-pod target'))
  if (hasValue && hasAverage)
    errors.push(forbidden(`${at}.target.value`, 'may not set both a target value for metric and a per-pod target'))
  return errors
}

const podsErrors = ({ metric, target }: NonNullable<Metric['pods']>, at: string): readonly FieldError[] => [
  ...identifierErrors(metric.name, at),
  ...targetErrors(target, at),
  ...(target.averageValue === undefined
    ? [required(`${at}.target.averageValue`, 'must specify a positive target averageValue')]
    : []),
]

const resourceErrors = ({ name, target }: NonNullable<Metric['resource']>, at: string): readonly FieldError[] => [
  ...(name === '' ? [required(`${at}.name`, 'must specify a resource name')] : []),
  ...targetErrors(target, at),
  ...amountErrors(target, at),
]

const containerErrors = (source: NonNullable<Metric['containerResource']>, at: string): readonly FieldError[] => {
  const { name, container, target } = source
  const errors: FieldError[] =
    name === ''
      ? [required(`${at}.name`, 'must specify a resource name')]
      : [...checkContainerResourceName(name, `${at}.name`)]
  if (container === '') errors.push(required(`${at}.container`, 'must specify a container'))
  else errors.push(...checkForm(dnsLabel, container, `${at}.container`))
  return [...errors, ...targetErrors(target, at), ...amountErrors(target, at)]
}

/** A part of what was asked for, or an amount. */
const amountErrors = ({ averageUtilization, averageValue }: Target, at: string): readonly FieldError[] => {
  if (averageUtilization === undefined && averageValue === undefined)
    return [required(`${at}.target.averageUtilization`, 'must set either a target raw value or a target utilization')]
  if (averageUtilization !== undefined && averageValue !== undefined)
    return [forbidden(`${at}.target.averageValue`, 'may not set both a target raw value and a target utilization')]
  return []
}

const targetErrors = (target: Target, path: string): readonly FieldError[] => {
  const at = `${path}.target`
  const { type, value, averageValue, averageUtilization } = target
  const errors: FieldError[] = type === '' ? [required(`${at}.type`, 'must specify a metric target type')] : []
  if (!TARGETS.includes(type))
    errors.push(invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue'))
  for (const [name, amount] of Object.entries({ value, averageValue }))
    if (amount !== undefined && parseQuantity(amount).nano <= 0n)
      errors.push(invalid(`${at}.${name}`, amount, 'must be positive'))
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalid(`${at}.averageUtilization`, averageUtilization, 'must be greater than 0'))
  return errors
}

const identifierErrors = (name: string, at: string): readonly FieldError[] =>
  name === ''
    ? [required(`${at}.metric.name`, 'must specify a metric name')]
    : checkForm(pathSegment, name, `${at}.metric.name`)
