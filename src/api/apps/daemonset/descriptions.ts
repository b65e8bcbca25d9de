import { template } from '#api/core/pod/descriptions.ts'
import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ...template,
  DaemonSet: {
    about: 'A DaemonSet keeps one pod on each node, or on each that it is meant for.',
    fields: {
      spec: 'What the DaemonSet should be.',
      status: 'How far it is. Written by the system.',
    },
  },
  DaemonSetSpec: {
    about: 'Which pod each node runs, and how it is replaced.',
    fields: {
      selector: 'Which pods are its own; the labels of the template must be among them. It cannot change.',
      template: 'The pod of each node; its nodeSelector and affinity say which nodes are meant.',
      updateStrategy: 'How pods of an older template are replaced.',
      minReadySeconds: 'Seconds that a pod must be ready before it counts as available. Default 0.',
      revisionHistoryLimit: 'How many older templates are kept to go back to. Default 10.',
    },
  },
  DaemonSetUpdateStrategy: {
    about: 'How pods of an older template are replaced.',
    fields: {
      type: 'RollingUpdate (the default): node after node. OnDelete: when somebody deletes them.',
      rollingUpdate: 'The size of the steps, for RollingUpdate.',
    },
  },
  RollingUpdateDaemonSet: {
    about: 'The size of the steps of a rolling update, as numbers of nodes or as shares such as 25%.',
    fields: {
      maxUnavailable: 'How many nodes may be without an available pod meanwhile. Default 1.',
      maxSurge: 'How many nodes may have an old and a new pod meanwhile. Default 0.',
    },
  },
  DaemonSetStatus: {
    about: 'How far a DaemonSet is, in nodes.',
    fields: {
      currentNumberScheduled: 'Nodes that should run its pod, and do.',
      numberMisscheduled: 'Nodes that run its pod and should not.',
      desiredNumberScheduled: 'Nodes that should run its pod.',
      numberReady: 'Nodes whose pod is ready.',
      observedGeneration: 'The metadata.generation that this status speaks of.',
      updatedNumberScheduled: 'Nodes whose pod is of the present template.',
      numberAvailable: 'Nodes whose pod has been ready for minReadySeconds.',
      numberUnavailable: 'Nodes that should run its pod and have none that is available.',
      collisionCount: 'How often a name for a ControllerRevision was taken; part of the next one’s name.',
      conditions: 'What is so of the set.',
    },
  },
  DaemonSetCondition: condition('a DaemonSet'),
}
