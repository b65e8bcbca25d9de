import { type FieldError, fieldCauses } from '#api/validation/field-error.ts'

/** Errors as people read them: `spec.ports: Required value`. */
export const textsOf = (errors: readonly FieldError[]): readonly string[] =>
  fieldCauses(errors).map(({ field, message }) => `${field}: ${message}`)
