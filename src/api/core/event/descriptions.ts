import { references } from '#api/core/reference-descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ...references,
  Event: {
    about: 'An Event tells what happened to an object. It is kept for a while, and `kubectl describe` shows it.',
    fields: {
      involvedObject: 'What it happened to.',
      reason: 'One word of what happened, for programs.',
      message: 'What happened, for people.',
      source: 'Who says so.',
      firstTimestamp: 'When it happened first.',
      lastTimestamp: 'When it happened last.',
      count: 'How often it happened.',
      type: 'Normal or Warning.',
      eventTime: 'When it was noticed first, in the newer form of events.',
      series: 'How it went on, in the newer form of events.',
      action: 'What was done about it, in the newer form of events.',
      related: 'A second object that has to do with it.',
      reportingComponent: 'Name of the controller that says so.',
      reportingInstance: 'Which instance of it.',
      // By the names that events.k8s.io/v1 has for the same.
      regarding: 'What it happened to.',
      note: 'What happened, for people.',
      reportingController: 'Name of the controller that says so.',
      deprecatedSource: 'Who says so, in the older form of events.',
      deprecatedFirstTimestamp: 'When it happened first, in the older form of events.',
      deprecatedLastTimestamp: 'When it happened last, in the older form of events.',
      deprecatedCount: 'How often it happened, in the older form of events.',
    },
  },
  EventSource: {
    about: 'Who tells of an event.',
    fields: { component: 'Name of the component.', host: 'The node that it runs on.' },
  },
  EventSeries: {
    about: 'An event that goes on.',
    fields: { count: 'How often it happened so far.', lastObservedTime: 'When it was seen last.' },
  },
}
