/** The rules that a packet may meet at one node, in order: one list for each way that chance allows. */
export interface ModelWalk {
  readonly node: string
  readonly ways: readonly (readonly ModelHop[])[]
}

/** A chain of ours in which a rule matches. */
export interface ModelHop {
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'
  readonly chain: string
  readonly element?: ElementRef
}

/** The element of a set or map that decided; without a key where chance picks one of several. */
export interface ElementRef {
  readonly set: string
  readonly key?: string
}
