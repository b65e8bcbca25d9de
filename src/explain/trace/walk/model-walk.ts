/**
 * The chains of our rules in which a packet may meet a rule that matches, at one node, in order: one list for each way
 * that chance allows.
 */
export interface ModelWalk {
  readonly node: string
  readonly ways: readonly (readonly string[])[]
}
