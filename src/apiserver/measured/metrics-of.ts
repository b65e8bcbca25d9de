import type { NodeMetrics } from '#api/metrics/nodemetrics/message.ts'
import type { PodMetrics } from '#api/metrics/podmetrics/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { formatQuantity } from '#schema/quantity.ts'
import type { NodeSummary } from './node-summary.ts'

const GIGA = 1_000_000_000n

interface Usage {
  readonly cpu: string
  readonly memory: string
}

/** As quantities; undefined where it is not known yet what is used at present. */
const usageOf = ({ cpu, memory }: NodeSummary['node']): Usage | undefined => {
  if (cpu?.usageNanoCores === undefined || memory === undefined) return undefined
  return {
    cpu: formatQuantity({ nano: BigInt(Math.round(cpu.usageNanoCores)), format: 'DecimalSI' }),
    memory: formatQuantity({ nano: BigInt(Math.round(memory.workingSetBytes)) * GIGA, format: 'BinarySI' }),
  }
}

/** As Go writes a duration of whole milliseconds. */
const windowText = (milliseconds = 0): string =>
  milliseconds < 1000 ? `${milliseconds}ms` : `${Number((milliseconds / 1000).toFixed(3))}s`

/** Who is measured: its name, and the labels by which it is selected. */
const metadataOf = ({ metadata }: ApiObject, time: string) => ({
  name: metadata?.name ?? '',
  ...(metadata?.namespace ? { namespace: metadata.namespace } : {}),
  creationTimestamp: time,
  ...(metadata?.labels ? { labels: metadata.labels } : {}),
})

/** What a Node uses; undefined where that is not known. */
export const nodeMetricsOf = (node: ApiObject, summary: NodeSummary | undefined): NodeMetrics | undefined => {
  const usage = summary && usageOf(summary.node)
  if (!usage) return undefined
  const time = summary.node.cpu!.time
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: metadataOf(node, time),
    timestamp: time,
    window: windowText(summary.windowMilliseconds),
    usage: { ...usage },
  }
}

/** What a pod's containers use; undefined while that is not known of each that runs, or where none does. */
export const podMetricsOf = (pod: ApiObject, summary: NodeSummary | undefined): PodMetrics | undefined => {
  const found = summary?.pods.find(({ podRef }) => podRef.uid === pod.metadata?.uid)
  if (!found || found.containers.length === 0) return undefined
  const containers = found.containers.flatMap((container) => {
    const usage = usageOf(container)
    return usage ? [{ name: container.name, usage: { ...usage } }] : []
  })
  if (containers.length < found.containers.length) return undefined
  const time = found.containers[0]!.cpu!.time
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: metadataOf(pod, time),
    timestamp: time,
    window: windowText(summary!.windowMilliseconds),
    containers,
  }
}
