import { type FieldError, invalid, required, tooLong } from '#api/validation/field-error.ts'
import { dnsLabel, dnsSubdomain, type NameForm } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'

const LONGEST_DOMAIN = 253
/** A domain, a slash, and a name of a namespace with one of an object in it. */
const LONGEST = LONGEST_DOMAIN + 1 + 253 + 63 + 1

/** The faults of the first word that has some: those of others would say the same. */
const wordErrors = (words: readonly string[], form: NameForm, whole: string, field: string): readonly FieldError[] => {
  const wrong = words.find((word) => form(word).length > 0)
  if (wrong === undefined) return []
  return form(wrong).map((why) => invalid(field, whole, `validating label ${JSON.stringify(wrong)}: ${why}`))
}

/** `example.com/signer`: who is to sign. */
export const checkSignerName = (name: string | undefined, field: string): readonly FieldError[] => {
  if (!name) return [required(field)]
  const parts = name.split('/')
  const [domain = '', path = ''] = parts
  if (parts.length !== 2) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    return [invalid(field, name, why)]
  }
  const labels = domain.split('.')
  return [
    ...(byteLength(domain) > LONGEST_DOMAIN ? [tooLong(field, LONGEST_DOMAIN)] : []),
    ...wordErrors(labels, dnsLabel, domain, field),
    ...(labels.length < 2
      ? [invalid(field, domain, 'should be a domain with at least two segments separated by dots')]
      : []),
    ...wordErrors(path.split('.'), dnsSubdomain, path, field),
    ...(byteLength(name) > LONGEST ? [tooLong(field, LONGEST)] : []),
  ]
}
