import { type FieldError, required } from '#api/validation/field-error.ts'
import { checkForm, pathSegment } from '#api/validation/names.ts'

/** Checks a kind and a name: both are there, and can stand in a path. */
export const checkReference = (
  { kind, name }: { readonly kind: string; readonly name: string },
  at: string,
): readonly FieldError[] =>
  Object.entries({ kind, name }).flatMap(([part, text]) =>
    text === '' ? [required(`${at}.${part}`)] : checkForm(pathSegment, text, `${at}.${part}`),
  )
