import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  Namespace: {
    about: 'A Namespace is a room for names: most objects live in one, and go with it.',
    fields: { spec: 'What keeps it.', status: 'Whether it is going. Written by the system.' },
  },
  NamespaceSpec: {
    about: 'What keeps a namespace.',
    fields: { finalizers: 'Who has something to do before it may go; the system’s own entry empties it.' },
  },
  NamespaceStatus: {
    about: 'Whether a namespace is going.',
    fields: { phase: 'Active, or Terminating: nothing new can be made in it.', conditions: 'What it is waiting for.' },
  },
  NamespaceCondition: condition('a namespace that is going'),
}
