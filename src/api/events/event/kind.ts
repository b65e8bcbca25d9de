import { formKind } from '#api/catalogue/form.ts'
import { eventColumns } from '#api/core/event/columns.ts'
import { event as coreEvent } from '#api/core/event/kind.ts'
import type { Event as CoreEvent } from '#api/core/event/message.ts'
import type { Column } from '#api/table/column.ts'
import { fromCore, selectedName, toCore } from './conversion.ts'
import type { Event } from './message.ts'
import { eventsV1 } from './resource.ts'
import { validateEventCreate, validateEventUpdate } from './validate.ts'

const columns = eventColumns.map(
  ({ cell, ...rest }: Column<CoreEvent>): Column<Event> => ({
    ...rest,
    cell: (event, now) => cell(toCore(event), now),
  }),
)

const fields = Object.fromEntries(
  Object.entries(coreEvent.fields ?? {}).map(([name, value]) => [
    selectedName(name),
    (event: Event) => value(toCore(event)),
  ]),
)

/** What the core group serves as `events`, by the newer of its two forms. */
export const event = formKind(coreEvent, {
  resource: eventsV1,
  read: fromCore,
  write: toCore,
  validate: { create: validateEventCreate, update: validateEventUpdate },
  columns,
  fields,
})
