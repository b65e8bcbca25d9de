/** The object that something in a table comes from. */
export interface Origin {
  readonly kind: string
  /** Absent for what belongs to the cluster. */
  readonly namespace?: string
  readonly name: string
}
