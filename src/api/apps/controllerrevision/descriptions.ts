import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ControllerRevision: {
    about: 'A ControllerRevision keeps a state of a StatefulSet or a DaemonSet, to go back to. It does not change.',
    fields: {
      data: 'The state: a patch that makes it so.',
      revision: 'Its place among the states of that object; the highest one is the present one.',
    },
  },
}
