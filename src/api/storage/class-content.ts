import { type FieldError, invalid, required, tooLong } from '#api/validation/field-error.ts'
import { checkForm, qualifiedName } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'

const MOST_PARAMETERS = 512
const MOST_BYTES = 256 * 1024

/** Who makes a class's volumes. */
export const checkProvisioner = (name: string, field: string): readonly FieldError[] =>
  name === '' ? [required(field)] : checkForm(qualifiedName, name.toLowerCase(), field)

/** What it is told, in words of its own. */
export const checkParameters = (
  parameters: { readonly [name: string]: string },
  isNeeded: boolean,
): readonly FieldError[] => {
  const field = 'parameters'
  const names = Object.keys(parameters)
  if (names.length > MOST_PARAMETERS) return [tooLong(field, MOST_PARAMETERS)]
  const errors: FieldError[] = names.includes('') ? [invalid(field, '', 'field can not be empty.')] : []
  const bytes = Object.entries(parameters).flat()
  if (bytes.reduce((sum, text) => sum + byteLength(text), 0) > MOST_BYTES) errors.push(tooLong(field, MOST_BYTES))
  if (isNeeded && names.length === 0) errors.push(required(field, 'must contain at least one key/value pair'))
  return errors
}
