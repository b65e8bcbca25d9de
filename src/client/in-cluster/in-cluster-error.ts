/** What a pod finds of its cluster cannot be used. Names the file or the variable, never what stands in a token. */
export class InClusterError extends Error {
  readonly code = 'IN_CLUSTER_UNUSABLE'
  /** The way out, one sentence. */
  readonly hint: string
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'InClusterError'
    this.hint = hint
  }
}
