/** What is wrong with a value, as Kubernetes' field errors say it; `reason` of a cause is `FieldValue` before its type. */
export interface Problem {
  readonly type: 'Required' | 'NotSupported' | 'TooLong' | 'TooMany' | 'TypeInvalid' | 'Invalid' | 'Duplicate'
  /** `spec.ports[0].name`; `<nil>` where nothing is named. */
  readonly field: string
  readonly badValue?: unknown
  readonly detail: string
}

/** What Go prints of a path that leads nowhere. */
export const NOWHERE = '<nil>'

/** JSON with the members of each object in the order of their names, as Go writes a map. */
export const inGoOrder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inGoOrder)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([name, inner]) => [name, inGoOrder(inner)]))
}
