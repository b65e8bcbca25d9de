export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

/** One condition on one label; all conditions of a selector must hold. */
export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  /** In the order of `in (…)`, sorted; one for =, !=, gt and lt; none for exists and !. */
  readonly values: readonly string[]
}
