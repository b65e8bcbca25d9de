import { type FieldError, invalid } from '#api/validation/field-error.ts'
import type { Compiled } from '../expressions/compiled.ts'

/** What is wrong with an expression. */
export const problemsOf = ({ source, error }: Compiled, field: string): readonly FieldError[] =>
  error === undefined ? [] : [invalid(field, source, error)]
