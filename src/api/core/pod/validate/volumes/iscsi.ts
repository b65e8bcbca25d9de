import type { Volume } from '#api/core/pod/volume/volume.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'

const FORMS: { readonly [start: string]: RegExp } = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
}

const problemOf = (name: string): string | undefined => {
  const form = FORMS[name.slice(0, 3)]
  if (form === undefined) return 'must be valid format starting with iqn, eui, or naa'
  return form.test(name) ? undefined : 'must be valid format'
}

/** Checks a disk behind iSCSI. */
export const checkIscsi = (source: NonNullable<Volume['iscsi']>, at: string): readonly FieldError[] => {
  const { targetPortal, iqn, lun = 0, initiatorName: initiator } = source
  const errors: FieldError[] = targetPortal ? [] : [required(`${at}.targetPortal`)]
  const problem = iqn ? problemOf(iqn) : undefined
  if (!iqn) errors.push(required(`${at}.iqn`))
  else if (problem !== undefined) errors.push(invalid(`${at}.iqn`, iqn, problem))
  if (lun < 0 || lun > 255) errors.push(invalid(`${at}.lun`, lun, 'must be between 0 and 255, inclusive'))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && source.secretRef === undefined)
    errors.push(required(`${at}.secretRef`))
  const why = initiator === undefined ? undefined : problemOf(initiator)
  if (why !== undefined) errors.push(invalid(`${at}.initiatorname`, initiator, why))
  return errors
}
