import type { LimitRange } from '#api/core/limitrange/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { podAmounts } from '#api/core/pod/spec/amounts.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Amounts } from '#schema/quantity-sum.ts'
import { maximum, maximumRequest, minimum, type Resources, ratio } from './constraint.ts'

/** Where it is written what was filled in. */
const ANNOTATION = 'kubernetes.io/limit-ranger'

type LimitRangeItem = NonNullable<NonNullable<LimitRange['spec']>['limits']>[number]

interface Defaults {
  readonly requests: Amounts
  readonly limits: Amounts
}

const itemsOf = ({ spec }: LimitRange, type: string): readonly LimitRangeItem[] =>
  (spec?.limits ?? []).filter((item) => item.type === type)

/** A pod whose containers have what a LimitRange says they have where they say nothing, and a note of it. */
export const withDefaultLimits = (pod: Pod, range: LimitRange): Pod => {
  const items = itemsOf(range, 'Container')
  const defaults: Defaults = {
    requests: Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest)),
    limits: Object.assign({}, ...items.map((item) => item.default)),
  }
  const notes: string[] = []
  const complete = (word: string) => (container: Container) => completed(container, defaults, word, notes)
  const spec = pod.spec!
  const containers = (spec.containers ?? []).map(complete('container'))
  const initContainers = spec.initContainers?.map(complete('init container'))
  if (notes.length === 0) return pod
  const note = `LimitRanger plugin set: ${notes.join('; ')}`
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, [ANNOTATION]: note } },
    spec: { ...spec, containers, ...(initContainers ? { initContainers } : {}) },
  }
}

const completed = (container: Container, defaults: Defaults, word: string, notes: string[]): Container => {
  const { requests = {}, limits = {} } = container.resources ?? {}
  const missing = (given: Amounts, wanted: Amounts): string[] =>
    Object.keys(wanted)
      .filter((name) => !Object.hasOwn(given, name))
      .sort()
  const [noRequest, noLimit] = [missing(requests, defaults.requests), missing(limits, defaults.limits)]
  if (noRequest.length > 0) notes.push(`${noRequest.join(', ')} request for ${word} ${container.name}`)
  if (noLimit.length > 0) notes.push(`${noLimit.join(', ')} limit for ${word} ${container.name}`)
  if (noRequest.length + noLimit.length === 0) return container
  const filled = (given: Amounts, wanted: Amounts) => {
    const whole = { ...wanted, ...given }
    return Object.keys(whole).length > 0 ? whole : undefined
  }
  const resources = {
    ...container.resources,
    limits: filled(limits, defaults.limits),
    requests: filled(requests, defaults.requests),
  }
  return { ...container, resources }
}

/** How a pod breaks a LimitRange, in Kubernetes' words. */
export const podBreaches = ({ spec = {} as NonNullable<Pod['spec']> }: Pod, range: LimitRange): readonly string[] => {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(
    ({ resources }): Resources => ({ requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }),
  )
  const whole = (): Resources => ({ requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') })
  return (range.spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Container') return containers.flatMap((one) => breaches(item, one))
    return item.type === 'Pod' ? breaches(item, whole()) : []
  })
}

const breaches = ({ type, min = {}, max = {}, maxLimitRequestRatio = {} }: LimitRangeItem, resources: Resources) =>
  [
    ...boundsOf(min).map(([name, bound]) => minimum({ type, name, bound }, resources)),
    ...boundsOf(max).map(([name, bound]) => maximum({ type, name, bound }, resources)),
    ...boundsOf(maxLimitRequestRatio).map(([name, bound]) => ratio({ type, name, bound }, resources)),
  ].filter((breach) => breach !== undefined)

/** The same for what a claim asks for. */
export const claimBreaches = ({ spec }: PersistentVolumeClaim, range: LimitRange): readonly string[] => {
  const resources: Resources = { requests: spec?.resources?.requests ?? {}, limits: {} }
  return itemsOf(range, 'PersistentVolumeClaim')
    .flatMap(({ type, min = {}, max = {} }) => [
      ...boundsOf(min).map(([name, bound]) => minimum({ type, name, bound }, resources)),
      ...boundsOf(max).map(([name, bound]) => maximumRequest({ type, name, bound }, resources)),
    ])
    .filter((breach) => breach !== undefined)
}

/** In an order that is always the same; Kubernetes has none. */
const boundsOf = (amounts: Amounts): readonly (readonly [string, string])[] =>
  Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1))
