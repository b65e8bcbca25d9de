import type { Pod } from '#api/core/pod/message.ts'
import { timeText } from '#api/time-text.ts'
import type { Metered, Usage } from './usage-meter.ts'

/** A pod of this node as it is measured. */
export interface MeasuredPod {
  readonly pod: Pod
  readonly cgroup: string
  /** Those that run. */
  readonly containers: readonly { readonly name: string; readonly startedAt: string; readonly cgroup: string }[]
}

interface CpuStats {
  readonly time: string
  readonly usageNanoCores?: number
  readonly usageCoreNanoSeconds: number
}

interface MemoryStats {
  readonly time: string
  readonly usageBytes: number
  readonly workingSetBytes: number
  readonly rssBytes: number
  /** Of a node: what is left. */
  readonly availableBytes?: number
}

interface ContainerStats {
  readonly name: string
  readonly startTime: string
  readonly cpu?: CpuStats
  readonly memory?: MemoryStats
}

interface PodStats {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string }
  readonly startTime: string
  readonly containers: readonly ContainerStats[]
  readonly cpu?: CpuStats
  readonly memory?: MemoryStats
}

/** What a kubelet answers at `/stats/summary`: of Kubernetes' form what is measured here. */
export interface Summary {
  readonly node: {
    readonly nodeName: string
    readonly startTime: string
    readonly cpu: CpuStats
    readonly memory: MemoryStats
  }
  /** Over how long what is used at present was measured. */
  readonly windowMilliseconds: number
  readonly pods: readonly PodStats[]
}

interface MeasuredNode {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly memoryBytes: number
  readonly cgroup: string
  readonly pods: readonly MeasuredPod[]
}

const NOTHING: Usage = { cpuNanoseconds: 0, nanoCores: 0, memoryBytes: 0, workingSetBytes: 0, rssBytes: 0 }

/** Every cgroup that a summary tells of. */
export const measuredCgroups = ({ cgroup, pods }: Pick<MeasuredNode, 'cgroup' | 'pods'>): readonly string[] => [
  cgroup,
  ...pods.flatMap((pod) => [pod.cgroup, ...pod.containers.map((container) => container.cgroup)]),
]

export const summaryOf = (node: MeasuredNode, { at, since, byPath }: Metered): Summary => {
  const time = timeText(at)
  const cpuOf = ({ nanoCores, cpuNanoseconds }: Usage): CpuStats => ({
    time,
    ...(nanoCores === undefined ? {} : { usageNanoCores: nanoCores }),
    usageCoreNanoSeconds: cpuNanoseconds,
  })
  const memoryOf = ({ memoryBytes, workingSetBytes, rssBytes }: Usage): MemoryStats => ({
    time,
    usageBytes: memoryBytes,
    workingSetBytes,
    rssBytes,
  })
  const statsOf = (cgroup: string): { readonly cpu?: CpuStats; readonly memory?: MemoryStats } => {
    const usage = byPath.get(cgroup)
    return usage ? { cpu: cpuOf(usage), memory: memoryOf(usage) } : {}
  }
  // A node without containers has no cgroup, and uses nothing.
  const whole = byPath.get(node.cgroup) ?? NOTHING
  return {
    node: {
      nodeName: node.name,
      startTime: timeText(node.startedAt),
      cpu: cpuOf(whole),
      memory: { ...memoryOf(whole), availableBytes: Math.max(0, node.memoryBytes - whole.workingSetBytes) },
    },
    windowMilliseconds: at - since,
    pods: node.pods.map(({ pod, cgroup, containers }) => ({
      podRef: {
        name: pod.metadata?.name ?? '',
        namespace: pod.metadata?.namespace ?? '',
        uid: pod.metadata?.uid ?? '',
      },
      startTime: pod.status?.startTime ?? '',
      containers: containers.map(({ name, startedAt, cgroup: own }) => ({
        name,
        startTime: startedAt,
        ...statsOf(own),
      })),
      ...statsOf(cgroup),
    })),
  }
}
