/** A pod whose readiness is turned, and when that was seen where: milliseconds of now(). */
export interface Change {
  /** The ClusterIP of the pod's Service: what observers tell it by. */
  readonly address: string
  readonly service: string
  readonly pod: string
  /** Its Service has this pod alone, so that connections can tell too. */
  readonly isSampled: boolean
  readonly started: number
  /** The API has answered the write. */
  answered?: number
  podSeen?: number
  sliceSeen?: number
  /** By number of the node. */
  readonly kernel: Map<number, number>
  readonly connected: Map<number, number>
}

/** CLOCK_MONOTONIC in milliseconds, as the observers have it. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6
