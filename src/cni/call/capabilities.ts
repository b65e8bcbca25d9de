/** A port of the node that leads to one of a pod. */
export interface PortMapping {
  readonly hostPort: number
  readonly containerPort: number
  /** In small letters. */
  readonly protocol: string
  readonly hostIP: string
}

/** What a pod may be limited to, bits a second. */
interface Bandwidth {
  readonly ingress?: number
  readonly egress?: number
}

/** What a pod asks of its network beside an address. */
export interface PodWishes {
  readonly portMappings?: readonly PortMapping[]
  readonly bandwidth?: Bandwidth
  readonly dns?: {
    readonly servers: readonly string[]
    readonly searches: readonly string[]
    readonly options: readonly string[]
  }
}

/** What plugins can be told of a pod, by the capability that asks for it. */
export type CapabilityData = Readonly<Record<string, unknown>>

/** What may come at once, bits: as containerd says it, all that the plugin takes. */
const BURST = 2 ** 32 - 1

/** Of a pod on a node that has these ranges for its pods. */
export const capabilityData = (wishes: PodWishes, podCidrs: readonly string[]): CapabilityData => {
  const { portMappings = [], bandwidth: { ingress, egress } = {}, dns } = wishes
  const limits = {
    ...(ingress !== undefined && { ingressRate: ingress, ingressBurst: BURST }),
    ...(egress !== undefined && { egressRate: egress, egressBurst: BURST }),
  }
  return {
    ...(portMappings.length > 0 && { portMappings }),
    ...(Object.keys(limits).length > 0 && { bandwidth: limits }),
    ...(podCidrs.length > 0 && { ipRanges: podCidrs.map((subnet) => [{ subnet }]) }),
    ...(dns && { dns }),
  }
}
