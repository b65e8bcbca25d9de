import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { validateMetadata } from '#api/validation/metadata.ts'
import { checkRequired, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import type { Event } from './message.ts'

/** An event lies in the namespace of what it is about; about the cluster's own things, in `default`. */
export const validateEventCreate = (event: Event): readonly FieldError[] => {
  const errors: FieldError[] = [...validateMetadata(event.metadata, true, dnsSubdomain)]
  const about = event.involvedObject ?? {}
  const expected = about.namespace ? about.namespace : 'default'
  if (
    event.metadata?.namespace &&
    event.metadata.namespace !== expected &&
    !(about.namespace === undefined && event.metadata.namespace === 'kube-system')
  )
    errors.push(invalid('involvedObject.namespace', about.namespace ?? '', 'does not match event.namespace'))
  // Events of the new form (with eventTime) say who reports, and why.
  if (event.eventTime) {
    errors.push(...checkRequired(qualifiedName, event.reportingComponent, 'reportingController'))
    if (!event.reportingInstance) errors.push(required('reportingInstance'))
    if (!event.action) errors.push(required('action'))
    if (!event.reason) errors.push(required('reason'))
    if (event.type !== 'Normal' && event.type !== 'Warning') errors.push(invalid('type', event.type ?? '', ''))
  }
  return errors
}
