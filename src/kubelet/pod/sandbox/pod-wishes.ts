import type { Pod } from '#api/core/pod/message.ts'
import type { PodWishes, PortMapping } from '#cni/call/capabilities.ts'
import { type ClusterResolver, podResolver } from '#names/pod-resolver.ts'
import { runningContainers } from '#objects/pod.ts'
import { parseQuantity } from '#schema/quantity.ts'
import { KubeletError } from '../../kubelet-error.ts'

const GIGA = 1_000_000_000n
/** Kubernetes' own limits of a bandwidth, bits a second. */
const LEAST = 1_000n
const MOST = 1_000_000_000_000_000n

/** What a pod asks of its network beside an address. Throws KubeletError FIELD_UNSUPPORTED, which names the annotation. */
export const podWishes = (pod: Pod, dns: ClusterResolver): PodWishes => {
  const ingress = bandwidth(pod, 'kubernetes.io/ingress-bandwidth')
  const egress = bandwidth(pod, 'kubernetes.io/egress-bandwidth')
  const limits = { ...(ingress !== undefined && { ingress }), ...(egress !== undefined && { egress }) }
  const portMappings = portMappingsOf(pod)
  const { nameservers, searches, options } = podResolver(pod.spec ?? {}, pod.metadata?.namespace ?? '', dns)
  return {
    ...(portMappings.length > 0 && { portMappings }),
    ...(Object.keys(limits).length > 0 && { bandwidth: limits }),
    dns: { servers: nameservers, searches, options },
  }
}

const portMappingsOf = (pod: Pod): readonly PortMapping[] =>
  runningContainers(pod)
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort, containerPort = 0, protocol, hostIP }) =>
      hostPort ? [{ hostPort, containerPort, protocol: (protocol || 'TCP').toLowerCase(), hostIP: hostIP ?? '' }] : [],
    )

const bandwidth = ({ metadata }: Pod, annotation: string): number | undefined => {
  const text = metadata?.annotations?.[annotation]
  if (text === undefined) return undefined
  const fail = (why: string, cause?: unknown): never => {
    throw new KubeletError('FIELD_UNSUPPORTED', `annotation ${annotation} is '${text}': ${why}`, { cause })
  }
  let bits = 0n
  try {
    bits = parseQuantity(text).nano / GIGA
  } catch (error) {
    fail((error as Error).message, error)
  }
  if (bits < LEAST) fail('resource is unreasonably small (< 1kbit)')
  if (bits > MOST) fail('resource is unreasonably large (> 1Pbit)')
  return Number(bits)
}
