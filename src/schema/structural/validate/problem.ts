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
