/** Whom a sender asks for names that does not ask the cluster’s DNS. */
export type OtherResolver =
  | { readonly kind: 'outside' | 'machine' }
  /** On its node’s network, where dnsPolicy ClusterFirst means the node’s. */
  | { readonly kind: 'host-network' }
  | { readonly kind: 'policy'; readonly policy: string; readonly servers: readonly string[] }
