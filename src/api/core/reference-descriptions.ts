import type { Descriptions } from '#api/openapi/description.ts'

export const references: Descriptions = {
  ObjectReference: {
    about: 'Names an object.',
    fields: {
      kind: 'Its kind.',
      namespace: 'Its namespace.',
      name: 'Its name.',
      uid: 'Its uid.',
      apiVersion: 'Its group and version.',
      resourceVersion: 'The state of it that is meant.',
      fieldPath: 'The part of it that is meant, such as spec.containers{web}.',
    },
  },
  LocalObjectReference: { about: 'Names an object of the same namespace.', fields: { name: 'Its name.' } },
}
