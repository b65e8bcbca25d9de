import { kind } from '#api/catalogue/kind.ts'
import { eventColumns } from './columns.ts'
import type { Event } from './message.ts'
import { events } from './resource.ts'
import { validateEventCreate, validateEventUpdate } from './validate.ts'

/** What is stored may lack what must be there. */
const about = ({ involvedObject }: Event): Partial<Event['involvedObject']> => involvedObject ?? {}

export const event = kind({
  resource: events,
  validate: { create: validateEventCreate, update: validateEventUpdate },
  isCreatedByPut: true,
  columns: eventColumns,
  fields: {
    'involvedObject.kind': (event) => about(event).kind,
    'involvedObject.namespace': (event) => about(event).namespace,
    'involvedObject.name': (event) => about(event).name,
    'involvedObject.uid': (event) => about(event).uid,
    'involvedObject.apiVersion': (event) => about(event).apiVersion,
    'involvedObject.resourceVersion': (event) => about(event).resourceVersion,
    'involvedObject.fieldPath': (event) => about(event).fieldPath,
    reason: ({ reason }) => reason,
    reportingComponent: ({ reportingComponent }) => reportingComponent,
    source: ({ source, reportingComponent }) => source?.component || reportingComponent,
    type: ({ type }) => type,
  },
  descriptions: () => import('./descriptions.ts'),
})
