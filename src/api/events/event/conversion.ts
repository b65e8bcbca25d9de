import type { Event as CoreEvent } from '#api/core/event/message.ts'
import { own } from '#schema/own.ts'
import type { Event } from './message.ts'

/** What has another name in events.k8s.io/v1, by its name in the core group. All else is named alike. */
const NAMES: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  message: 'note',
  reportingComponent: 'reportingController',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
}
const BACK: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(NAMES).map(([a, b]) => [b, a]))

const renamed = (object: object, names: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [own(names, name) ?? name, value]))

/** An Event of the core group as one of events.k8s.io/v1. */
export const fromCore = (event: CoreEvent): Event =>
  ({ ...renamed(event, NAMES), apiVersion: 'events.k8s.io/v1' }) as unknown as Event

/** The other way. */
export const toCore = (event: Event): CoreEvent =>
  ({ ...renamed(event, BACK), apiVersion: 'v1' }) as unknown as CoreEvent

/** The name of a field, or of one within, as it is selected by. */
export const selectedName = (coreField: string): string => {
  const [first = '', ...rest] = coreField.split('.')
  return [own(NAMES, first) ?? first, ...rest].join('.')
}
