import { type Column, column, wide } from '#api/table/column.ts'
import { since } from '#api/table/human-duration.ts'
import type { Event } from './message.ts'

const eventSource = ({ source, reportingComponent, reportingInstance }: Event): string => {
  const component = source?.component || reportingComponent || ''
  const host = source?.host || reportingInstance || ''
  return host === '' ? component : `${component}, ${host}`
}

const eventFirst = (event: Event, now: number): string => since(event.firstTimestamp || event.eventTime, now)

export const eventColumns: readonly Column<Event>[] = [
  column('Last Seen', 'Time since it was last seen.', (event, now) =>
    event.series
      ? since(event.series.lastObservedTime, now)
      : event.lastTimestamp
        ? since(event.lastTimestamp, now)
        : eventFirst(event, now),
  ),
  column('Type', 'Normal or Warning.', ({ type }) => type ?? ''),
  column('Reason', 'One word for why.', ({ reason }) => reason ?? ''),
  column('Object', 'What it is about.', ({ involvedObject }) => {
    const kind = (involvedObject.kind ?? '').toLowerCase()
    return involvedObject.name ? `${kind}/${involvedObject.name}` : kind
  }),
  wide('Subobject', 'The field that it is about.', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
  wide('Source', 'Who saw it, and where.', eventSource),
  column('Message', 'What happened.', ({ message }) => (message ?? '').trim()),
  wide('First Seen', 'Time since it was first seen.', eventFirst),
  wide('Count', 'How often it was seen.', ({ count, series }) => series?.count ?? (count || 1)),
  { ...wide<Event>('Name', 'The name of the event.', ({ metadata }) => metadata.name ?? ''), format: 'name' },
]
