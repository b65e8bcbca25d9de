import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { Informer } from '#client/informer.ts'
import { isReady } from '#objects/conditions.ts'
import { matchesMap } from '#objects/label-selector.ts'
import { keyOf } from '#objects/object-key.ts'
import type { Cache, ControllerContext } from './context.ts'
import { byNode } from './indexes.ts'
import { sameValue } from './values/equal.ts'

type Labels = { readonly [key: string]: string }

/** `namespace key=value` of the selector's first pair: what a Service is found by from a pod's labels. */
const bySelector = (service: Service): readonly string[] => {
  const first = Object.entries(service.spec?.selector ?? {})[0]
  return first ? [`${service.metadata?.namespace} ${first[0]}=${first[1]}`] : []
}

const byLabels = (pod: Pod): readonly string[] =>
  Object.entries(pod.metadata?.labels ?? {}).map(([key, value]) => `${pod.metadata?.namespace} ${key}=${value}`)

/** What of a pod shows in endpoints. */
const shown = (pod: Pod): unknown => [
  pod.metadata?.labels,
  pod.metadata?.deletionTimestamp,
  pod.status?.phase,
  pod.status?.podIP,
  pod.status?.podIPs,
  isReady(pod),
  pod.spec?.nodeName,
  pod.spec?.hostname,
  pod.spec?.subdomain,
]

interface ServicePods {
  readonly services: Informer<Service>
  readonly caches: readonly Cache[]
  podsOf(service: Service): readonly Pod[]
  /** Calls `note` with the key of each Service whose endpoints may have changed, in the tick of the event. */
  watch(note: (key: string) => void, options?: { readonly nodes?: boolean }): void
}

/**
 * Which pods a Service has and which Services a pod, by index both ways: a pod's event costs its labels, not all
 * Services.
 */
export const servicePods = (context: ControllerContext): ServicePods => {
  const [serviceCache, podCache, nodeCache] = [
    context.informers.for(services),
    context.informers.for(pods),
    context.informers.for(nodes),
  ]
  serviceCache.addIndex('selector', bySelector)
  podCache.addIndex('labels', byLabels)
  podCache.addIndex('node', byNode)

  const servicesOf = (labels: Labels | undefined, namespace: string): readonly string[] => {
    const found = new Set<string>()
    for (const [key, value] of Object.entries(labels ?? {}))
      for (const service of serviceCache.lister.byIndex('selector', `${namespace} ${key}=${value}`))
        if (matchesMap(service.spec?.selector, labels)) found.add(keyOf(service))
    return [...found]
  }

  return {
    services: serviceCache,
    caches: [serviceCache, podCache, nodeCache],
    podsOf: (service) => {
      const [index] = bySelector(service)
      if (index === undefined) return []
      return podCache.lister
        .byIndex('labels', index)
        .filter((pod) => matchesMap(service.spec?.selector, pod.metadata?.labels))
    },
    watch(note, options = {}) {
      const noteAll = (pod: Pod) => {
        for (const key of servicesOf(pod.metadata?.labels, pod.metadata?.namespace ?? '')) note(key)
      }
      serviceCache.addHandlers({
        onAdd: (service) => note(keyOf(service)),
        onUpdate: (_, service) => note(keyOf(service)),
        onDelete: (service) => note(keyOf(service)),
      })
      podCache.addHandlers({
        onAdd: noteAll,
        onDelete: noteAll,
        onUpdate: (before, after) => {
          if (sameValue(shown(before), shown(after))) return
          noteAll(after)
          if (!sameValue(before.metadata?.labels, after.metadata?.labels)) noteAll(before)
        },
      })
      if (!options.nodes) return
      const noteNode = (name: string) => {
        for (const pod of podCache.lister.byIndex('node', name)) noteAll(pod)
      }
      nodeCache.addHandlers({
        onAdd: (node) => noteNode(node.metadata!.name!),
        onUpdate: (before, node) => {
          if (!sameValue(before.metadata?.labels, node.metadata?.labels)) noteNode(node.metadata!.name!)
        },
      })
    },
  }
}
