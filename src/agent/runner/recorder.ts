import { events } from '#api/core/event/resource.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import type { Place } from './place.ts'

/** Writes Events of a place, which they name as their source's host, until `signal` aborts. */
export const recorderAt = (
  { name, client, clock, random, log }: Place,
  component: string,
  signal: AbortSignal,
): EventRecorder =>
  new EventRecorder(client, {
    resource: events,
    component,
    host: name,
    clock,
    random,
    signal,
    onError: (error) => log('an Event was lost', error),
  })
