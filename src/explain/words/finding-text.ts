export interface FindingText {
  /** One sentence without its full stop. */
  readonly message: string
  /** What stands below it, one a line. */
  readonly details?: readonly string[]
}
