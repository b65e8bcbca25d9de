/** One step of the packet for people. `details` stand below it, one a line. */
export interface StepText {
  /** `node-2, prerouting` */
  readonly at: string
  readonly text: string
  readonly details?: readonly string[]
}
