import type { HorizontalPodAutoscaler } from './message.ts'

type Spec = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number]
type Status = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number]

const MOST_SHOWN = 2
const UNKNOWN = '<unknown>'

/** What is wanted of a metric, and what was found. */
interface Measured {
  readonly target: { readonly value?: string; readonly averageValue?: string; readonly averageUtilization?: number }
  readonly current?: { readonly value?: string; readonly averageValue?: string; readonly averageUtilization?: number }
}

/** Of a resource of pods: an amount, or a share of what they ask for. */
const ofResource = (name: string, { target, current }: Measured): string => {
  if (target.averageValue !== undefined) return `${name}: ${current?.averageValue ?? UNKNOWN}/${target.averageValue}`
  const share = (part: number | undefined, otherwise: string): string => (part === undefined ? otherwise : `${part}%`)
  return `${name}: ${share(current?.averageUtilization, UNKNOWN)}/${share(target.averageUtilization, '<auto>')}`
}

/** Of something else: as a whole, or by the pod. */
const ofOther = ({ target, current }: Measured): string =>
  target.averageValue === undefined
    ? `${current?.value ?? UNKNOWN}/${target.value ?? UNKNOWN}`
    : `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`

const measured = (target: Measured['target'], current: Measured['current']): Measured => ({
  target,
  ...(current && { current }),
})

const text = (spec: Spec, status: Status | undefined): string => {
  const { type, external, pods, object, resource, containerResource } = spec
  if (type === 'External' && external) return ofOther(measured(external.target, status?.external?.current))
  if (type === 'Object' && object) return ofOther(measured(object.target, status?.object?.current))
  if (type === 'Pods' && pods)
    return `${status?.pods?.current.averageValue ?? UNKNOWN}/${pods.target.averageValue ?? UNKNOWN}`
  if (type === 'Resource' && resource)
    return ofResource(resource.name, measured(resource.target, status?.resource?.current))
  if (type === 'ContainerResource' && containerResource)
    return ofResource(containerResource.name, measured(containerResource.target, status?.containerResource?.current))
  return '<unknown type>'
}

/** `cpu: <unknown>/80%`: what is measured, and what it should be; the first two of them. */
export const targets = ({ spec, status }: HorizontalPodAutoscaler): string => {
  const metrics = spec?.metrics ?? []
  if (metrics.length === 0) return '<none>'
  const texts = metrics.map((metric, index) => text(metric, status?.currentMetrics?.[index]))
  const shown = texts.slice(0, MOST_SHOWN).join(', ')
  return texts.length > MOST_SHOWN ? `${shown} + ${texts.length - MOST_SHOWN} more...` : shown
}
