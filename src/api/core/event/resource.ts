import { resource } from '#api/resource.ts'
import { Event, EventList } from './message.ts'

export const events = resource('events', Event, EventList, { shortNames: ['ev'] })
