/** Who sends: `outside` is an address that is nobody’s of the cluster. */
export type Sender =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'host' }
  | { readonly kind: 'outside'; readonly address: string }
