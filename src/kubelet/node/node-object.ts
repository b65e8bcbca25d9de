import type { Node, NodeCondition, NodeSystemInfo } from '#api/core/node/message.ts'
import { findCondition } from '#objects/conditions.ts'
import { HOSTNAME_LABEL, ZONE_LABEL } from '#objects/well-known.ts'
import type { LimitedResource } from '#runtime/runtime.ts'
import { VIRTUAL_HANDLER } from '#runtime/virtual/virtual-handler.ts'
import { unlimitedText } from '../container/spec/unlimited.ts'
import type { KubeletNode } from '../context.ts'
import type { NodeImages } from './node-images.ts'

/** What of the machine goes into the Node. Memory and disk are bytes. */
export interface Machine {
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly info: NodeSystemInfo
}

/** As a Node names who runs its containers. One that has not told its version yet is of an unknown one, as kubelets say it. */
export const runtimeVersionText = (version: string | undefined): string => `runc://${version ?? 'Unknown'}`

/** There is one runtime, and it has no other name than that of none. */
const runtimeHandlers = (
  { kernelVersion }: NodeSystemInfo,
  names: readonly string[],
): NonNullable<Node['status']>['runtimeHandlers'] =>
  names.map((name) => ({
    name,
    features: {
      recursiveReadOnlyMounts: false,
      userNamespaces: name !== VIRTUAL_HANDLER && hasUserNamespaces(kernelVersion),
    },
  }))

/** Linux 6.3 is the first that shows all of a pod's volumes by other owners: those in memory came last. */
const hasUserNamespaces = (kernelVersion = ''): boolean => {
  const [major = 0, minor = 0] = kernelVersion.split('.').map(Number)
  return major > 6 || (major === 6 && minor >= 3)
}

type Told = readonly [type: string, status: string, reason: string, message: string]

const PRESSURES: readonly Told[] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
]

const DISK_PRESSURE: Told = ['DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure']

/** There only where it holds: Kubernetes has no such condition, since its kubelet does not start on such a machine. */
const notLimited = (unlimited: readonly LimitedResource[]): Told => [
  'LimitsNotEnforced',
  'True',
  'CgroupControllersMissing',
  unlimitedText(unlimited),
]

/** What a node has to say against itself. */
export interface NodeTrouble {
  /** What keeps it from carrying pods, in words. */
  readonly fault?: string | undefined
  readonly isDiskShort?: boolean
  /** What its machine cannot limit. */
  readonly unlimited?: readonly LimitedResource[]
}

const readiness = (fault: string | undefined): Told =>
  fault === undefined
    ? ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status']
    : ['Ready', 'False', 'KubeletNotReady', fault]

/**
 * The node's conditions at `now` (RFC 3339); the time of the last transition is kept where the status is.
 */
export const nodeConditions = (
  before: readonly NodeCondition[] | undefined,
  now: string,
  { fault, isDiskShort = false, unlimited = [] }: NodeTrouble = {},
): readonly NodeCondition[] =>
  [
    ...PRESSURES.map((one) => (isDiskShort && one[0] === DISK_PRESSURE[0] ? DISK_PRESSURE : one)),
    ...(unlimited.length > 0 ? [notLimited(unlimited)] : []),
    readiness(fault),
  ].map(([type, status, reason, message]) => {
    const old = findCondition(before, type)
    const lastTransitionTime = old?.status === status && old.lastTransitionTime ? old.lastTransitionTime : now
    return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message }
  })

/** cpu in cores, memory in Ki, as kubelets write them; nothing is reserved, so allocatable is the same. */
export const nodeResources = (machine: Machine): Readonly<Record<string, string>> => ({
  cpu: String(machine.cpus),
  'ephemeral-storage': `${Math.floor(machine.diskBytes / 1024)}Ki`,
  memory: `${Math.floor(machine.memoryBytes / 1024)}Ki`,
  pods: '110',
})

/** Labels that a kubelet looks after; others that its Node was made with may be taken off. */
const KEPT_LABELS: ReadonlySet<string> = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  HOSTNAME_LABEL,
  ZONE_LABEL,
])

/** What of `wanted` a kubelet puts into a Node that is there: the rest is said once, when it is made. */
export const keptOfNode = ({ metadata, spec }: Node): object => {
  const labels = Object.entries(metadata?.labels ?? {}).filter(([key]) => KEPT_LABELS.has(key))
  const { taints: _, ...kept } = spec ?? {}
  return { metadata: { labels: Object.fromEntries(labels) }, spec: kept }
}

/** The whole Node object as the kubelet registers it. */
export const nodeObject = (
  node: KubeletNode,
  machine: Machine,
  now: string,
  {
    port,
    handlers = [''],
    images,
    ...trouble
  }: NodeTrouble & {
    readonly port?: number | undefined
    readonly handlers?: readonly string[]
    readonly images?: NodeImages
  },
): Node => {
  const { operatingSystem: os, architecture: arch } = machine.info
  const resources = nodeResources(machine)
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: {
        'beta.kubernetes.io/arch': arch,
        'beta.kubernetes.io/os': os,
        'kubernetes.io/arch': arch,
        [HOSTNAME_LABEL]: node.name,
        'kubernetes.io/os': os,
        ...(node.zone !== undefined && { [ZONE_LABEL]: node.zone }),
        ...node.labels,
      },
    },
    spec: {
      podCIDR: node.podCidrs[0] ?? '',
      podCIDRs: node.podCidrs,
      ...(node.taints !== undefined && node.taints.length > 0 && { taints: node.taints }),
    },
    status: {
      addresses: [
        ...node.addresses.map((address) => ({ type: 'InternalIP', address })),
        { type: 'Hostname', address: node.name },
      ],
      capacity: resources,
      allocatable: resources,
      conditions: nodeConditions(undefined, now, trouble),
      daemonEndpoints: { kubeletEndpoint: { Port: port ?? 0 } },
      nodeInfo: machine.info,
      ...(images && { images }),
      runtimeHandlers: runtimeHandlers(machine.info, handlers),
      features: { supplementalGroupsPolicy: true },
    },
  }
}
