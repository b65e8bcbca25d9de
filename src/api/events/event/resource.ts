import { resource } from '#api/resource.ts'
import { Event, EventList } from './message.ts'

/** Events by the newer of their two names; `core/event` is the other, as which they are stored. */
export const eventsV1 = resource('events', Event, EventList, { shortNames: ['ev'] })
