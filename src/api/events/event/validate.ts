import { checkEvent } from '#api/core/event/validate.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { toCore } from './conversion.ts'
import type { Event } from './message.ts'

/** What belongs to the older form alone. */
const UNSET = ['firstTimestamp', 'lastTimestamp', 'count', 'source']

const isSet = (value: unknown): boolean =>
  typeof value === 'object' && value !== null ? Object.values(value).some(Boolean) : Boolean(value)

/** Named as the core group names them, which is how Kubernetes tells of them. */
const core = (event: Event): Record<string, unknown> => toCore(event) as unknown as Record<string, unknown>

const legacy = (event: Event): readonly FieldError[] => checkEvent(toCore(event), 'reportingController')

const series = ({ series }: Event): readonly FieldError[] => {
  if (series === undefined) return []
  return [
    ...(series.count < 2 ? [invalid('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [required('series.lastObservedTime')]),
  ]
}

/** Whoever writes an Event of the new form writes all of it. */
export const validateEventCreate = (event: Event): readonly FieldError[] => [
  ...legacy(event),
  ...validateMetadata(event.metadata, true, dnsSubdomain),
  ...series(event),
  ...(event.eventTime ? [] : [required('eventTime')]),
  ...(event.type === 'Normal' || event.type === 'Warning'
    ? []
    : [invalid('type', '', `has invalid value: ${event.type ?? ''}`)]),
  ...UNSET.flatMap((field) => (isSet(core(event)[field]) ? [invalid(field, '', 'needs to be unset')] : [])),
]

const FIXED =
  'involvedObject reason message source firstTimestamp lastTimestamp count reason type eventTime action related reportingController reportingInstance'

/** Nothing of it changes but how it went on. */
export const validateEventUpdate = (event: Event, old: Event): readonly FieldError[] => {
  const [now, was] = [core(event), core(old)]
  const value = (of: Record<string, unknown>, field: string): unknown =>
    of[field === 'reportingController' ? 'reportingComponent' : field]
  return [
    ...legacy(event),
    ...validateMetadataUpdate(event.metadata, old.metadata),
    ...(jsonEqual(event.series ?? null, old.series ?? null) ? [] : series(event)),
    ...FIXED.split(' ').flatMap((field) => {
      const [after, before] = [value(now, field), value(was, field)]
      const same = jsonEqual(after ?? null, before ?? null) || (!isSet(after) && !isSet(before))
      return same ? [] : [immutable(field, after)]
    }),
  ]
}
