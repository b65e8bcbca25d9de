/** What a probe of `fairlead check` does, and what came of it: the words between the command line and the program in the cluster. */
export interface Probe {
  /** Its place in the list that was asked for. */
  readonly id: number
  /** `name`: resolved as the pod resolves names, and nothing else. */
  readonly kind: 'tcp' | 'udp' | 'name'
  /** An address, or a name. */
  readonly to: string
  readonly port: number
}

export interface ProbeResult {
  readonly id: number
  /** Left out: it was answered. */
  readonly error?: string
  readonly milliseconds: number
  /** The node of who answered; of a name: its addresses. */
  readonly who?: string
}
