/** Who asks, as far as rules ask for it. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
}

/** A request to a part of the API: `name` and `subresource` are '' where it names none, `namespace` where it has none. */
export interface ResourceRequest {
  readonly kind: 'resource'
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** What a list or a watch is narrowed to, by field; a value each that objects must have. */
  readonly fields?: Readonly<Record<string, string>>
}

/** What someone wants to do: the attributes of a SubjectAccessReview. */
export type AccessRequest = { readonly kind: 'path'; readonly verb: string; readonly path: string } | ResourceRequest

/** `reason` says whose rule allowed it; of a refusal, what kept rules from being found. '' where there is nothing to say. */
export interface Decision {
  readonly allowed: boolean
  readonly reason: string
}
