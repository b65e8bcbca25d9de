import type { Kind } from '#api/catalogue/kind.ts'
import { componentStatuses } from '#api/core/componentstatus/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import { notFound } from '../errors.ts'
import { negotiateRead } from '../http/answer/convert.ts'
import type { Exchange } from '../http/request/exchange.ts'
import { listOptions } from '../http/request/list-options.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import type { ServerContext } from '../server-context.ts'
import { selectionOf, sendList, sendRead } from '../verbs/read.ts'
import { componentsOf } from './components.ts'
import { nodeMetricsOf, podMetricsOf } from './metrics-of.ts'
import { type NodeSummary, nodeSummary } from './node-summary.ts'

/** What is measured of a kind: of which objects, on which node each is found, and what it comes to. */
interface Measured {
  readonly of: Resource
  nodeOf(object: ApiObject): string | undefined
  metricsOf(object: ApiObject, summary: NodeSummary | undefined): ApiObject | undefined
}

const NODES: Measured = { of: nodes, nodeOf: ({ metadata }) => metadata?.name, metricsOf: nodeMetricsOf }
const PODS: Measured = { of: pods, nodeOf: (pod) => (pod as Pod).spec?.nodeName, metricsOf: podMetricsOf }

/** Asks each node once. What no kubelet tells of is left out. */
const measure = async (
  { kubelet }: ServerContext,
  { nodeOf, metricsOf }: Measured,
  objects: readonly ApiObject[],
): Promise<readonly ApiObject[]> => {
  const names = [...new Set(objects.flatMap((object) => nodeOf(object) || []))]
  const summaries = new Map(
    await Promise.all(names.map(async (name) => [name, await nodeSummary(kubelet, name)] as const)),
  )
  return objects.flatMap((object) => metricsOf(object, summaries.get(nodeOf(object) ?? '')) ?? [])
}

/** Answers GET of what is measured when it is asked for. Throws ApiError 404, 406. */
export const readMeasured = async (server: ServerContext, exchange: Exchange, kind: Kind): Promise<true> => {
  const { resource } = kind
  if (isSame(resource, componentStatuses)) return readComponents(server, exchange)
  const { registry } = server
  const { namespace, name, verb } = exchange.info as ResourceRequestInfo
  const measured = resource.namespaced ? PODS : NODES
  const wanted = negotiateRead(exchange.request.headers.accept, resource, false)
  if (verb === 'get') {
    const shown = resource.namespaced ? `${namespace}/${name}` : name
    const object = registry.find(measured.of, resource.namespaced ? namespace : undefined, name)
    const [metrics] = object ? await measure(server, measured, [object]) : []
    if (!metrics) throw notFound({ ...resource, plural: resource.kind.toLowerCase() }, shown)
    return sendRead(exchange, registry, resource, wanted, metrics)
  }
  const options = listOptions(exchange.query, false)
  const selection = selectionOf(registry, measured.of, namespace, options)
  const { items } = registry.list(measured.of, selection, {})
  return sendList(exchange, registry, resource, wanted, await measure(server, measured, items), {})
}

const readComponents = (server: ServerContext, exchange: Exchange): Promise<true> => {
  const { registry } = server
  const { name, verb } = exchange.info as ResourceRequestInfo
  const resource: Resource = componentStatuses as unknown as Resource
  const wanted = negotiateRead(exchange.request.headers.accept, resource)
  const all = componentsOf(server)
  if (verb === 'get') {
    const found = all.find(({ metadata }) => metadata?.name === name)
    if (!found) throw notFound(resource, name)
    return sendRead(exchange, registry, resource, wanted, found)
  }
  const { matches = () => true } = selectionOf(registry, resource, '', listOptions(exchange.query, false))
  return sendList(exchange, registry, resource, wanted, all.filter(matches), {})
}
