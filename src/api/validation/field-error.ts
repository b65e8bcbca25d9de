/** Kubernetes' kinds of field error; `Status.details.causes[].reason` is `FieldValue` before them. */
type FieldErrorType =
  | 'NotFound'
  | 'Required'
  | 'Duplicate'
  | 'Invalid'
  | 'NotSupported'
  | 'Forbidden'
  | 'TooLong'
  | 'TooMany'
  | 'TypeInvalid'
  | 'InternalError'

export interface FieldError {
  readonly type: FieldErrorType
  /** `spec.ports[0].nodePort`. */
  readonly field: string
  /** Shown for the types that show it: Invalid, TypeInvalid, NotSupported, Duplicate, NotFound, TooMany. */
  readonly badValue?: unknown
  /** The value is not shown, though the type shows it. */
  readonly hidesValue?: boolean
  /** It was so before, and may stay: who writes is warned, and not refused. */
  readonly isForgiven?: boolean
  readonly detail: string
}

/** One cause of `Status.details.causes`. */
interface FieldCause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

export const required = (field: string, detail = ''): FieldError => ({ type: 'Required', field, detail })
export const invalid = (field: string, badValue: unknown, detail: string): FieldError => ({
  type: 'Invalid',
  field,
  badValue,
  detail,
})
/** The same where the value would say nothing. */
export const invalidWhole = (field: string, detail: string): FieldError => ({
  type: 'Invalid',
  field,
  hidesValue: true,
  detail,
})
export const duplicate = (field: string, badValue: unknown): FieldError => ({
  type: 'Duplicate',
  field,
  badValue,
  detail: '',
})
/** What is no fault of the value: it could not be looked at. */
export const internal = (field: string, detail: string): FieldError => ({ type: 'InternalError', field, detail })
export const forbidden = (field: string, detail: string): FieldError => ({ type: 'Forbidden', field, detail })
/** @param supported in the order in which they are shown; Kubernetes sorts most of its sets. */
export const notSupported = (field: string, badValue: unknown, supported: readonly string[]): FieldError => ({
  type: 'NotSupported',
  field,
  badValue,
  detail: `supported values: ${supported.map((value) => JSON.stringify(value)).join(', ')}`,
})
export const tooLong = (field: string, maximum: number): FieldError => ({
  type: 'TooLong',
  field,
  detail: `may not be more than ${maximum} bytes`,
})
export const tooMany = (field: string, maximum: number, actual: number): FieldError => ({
  type: 'TooMany',
  field,
  badValue: actual,
  detail: `must have at most ${maximum} ${maximum === 1 ? 'item' : 'items'}`,
})

const TITLES: { readonly [type in FieldErrorType]: string } = {
  NotFound: 'Not found',
  Required: 'Required value',
  Duplicate: 'Duplicate value',
  Invalid: 'Invalid value',
  NotSupported: 'Unsupported value',
  Forbidden: 'Forbidden',
  TooLong: 'Too long',
  TooMany: 'Too many',
  TypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
}

/** Types that show no value. */
const VALUELESS: ReadonlySet<FieldErrorType> = new Set(['Required', 'Forbidden', 'TooLong', 'InternalError'])

/** `Invalid value: 0: must be between 1 and 65535, inclusive`: the error without its field. */
const fieldErrorBody = (error: FieldError): string => {
  const hidden = error.hidesValue || VALUELESS.has(error.type)
  const shown = hidden ? TITLES[error.type] : `${TITLES[error.type]}: ${JSON.stringify(error.badValue ?? null)}`
  return error.detail === '' ? shown : `${shown}: ${error.detail}`
}

/** An error as one line: its field, and what is wrong there. */
export const fieldErrorText = (error: FieldError): string => `${error.field}: ${fieldErrorBody(error)}`

/** Each error as a cause of the Status that refuses the object; its message is made of them. */
export const fieldCauses = (errors: readonly FieldError[]): readonly FieldCause[] =>
  errors.map((error) => ({
    reason: error.type === 'InternalError' ? error.type : `FieldValue${error.type}`,
    message: fieldErrorBody(error),
    field: error.field,
  }))
