import { template } from '#api/core/pod/descriptions.ts'
import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ...template,
  StatefulSet: {
    about:
      'A StatefulSet keeps a number of pods that each have a name of their own, and keep it when they are replaced.',
    fields: {
      spec: 'What the StatefulSet should be.',
      status: 'How far it is. Written by the system.',
    },
  },
  StatefulSetSpec: {
    about: 'How many pods, of which kind, and in which order they come and go.',
    fields: {
      replicas: 'How many pods there should be. Default 1.',
      selector: 'Which pods are its own; the labels of the template must be among them. It cannot change.',
      template: 'The pods to make, named after the set and their number: web-0, web-1.',
      volumeClaimTemplates: 'Claims of volumes that each pod is given, and finds again when it is replaced.',
      serviceName: 'The headless Service under whose name each pod has a name in DNS. It cannot change.',
      podManagementPolicy: 'OrderedReady (the default): one after the other. Parallel: all at once.',
      updateStrategy: 'How pods of an older template are replaced.',
      revisionHistoryLimit: 'How many older templates are kept to go back to. Default 10.',
      minReadySeconds: 'Seconds that a pod must be ready before it counts as available. Default 0.',
      persistentVolumeClaimRetentionPolicy: 'What becomes of claims whose pod is not wanted any more.',
      ordinals: 'Where the numbers of the pods begin.',
    },
  },
  StatefulSetUpdateStrategy: {
    about: 'How pods of an older template are replaced.',
    fields: {
      type: 'RollingUpdate (the default): from the last to the first. OnDelete: when somebody deletes them.',
      rollingUpdate: 'Which of them, for RollingUpdate.',
    },
  },
  RollingUpdateStatefulSetStrategy: {
    about: 'Which pods a rolling update replaces.',
    fields: {
      partition: 'Pods with a smaller number keep the template that they have. Default 0.',
      maxUnavailable: 'How many may be missing at a time; Kubernetes 1.36 does not heed it unless it is told to.',
    },
  },
  StatefulSetPersistentVolumeClaimRetentionPolicy: {
    about: 'What becomes of the claims of a StatefulSet: Retain or Delete.',
    fields: {
      whenDeleted: 'When the set is deleted. Default Retain.',
      whenScaled: 'When the set is made smaller. Default Retain.',
    },
  },
  StatefulSetOrdinals: {
    about: 'How the pods of a StatefulSet are numbered.',
    fields: { start: 'The number of the first pod. Default 0.' },
  },
  StatefulSetStatus: {
    about: 'How far a StatefulSet is.',
    fields: {
      observedGeneration: 'The metadata.generation that this status speaks of.',
      replicas: 'Pods that are there.',
      readyReplicas: 'Pods that are ready.',
      currentReplicas: 'Pods of the revision that is being left.',
      updatedReplicas: 'Pods of the revision that is being gone to.',
      currentRevision: 'Name of the ControllerRevision that is being left.',
      updateRevision: 'Name of the ControllerRevision of the present template.',
      collisionCount: 'How often a name for a ControllerRevision was taken; part of the next one’s name.',
      conditions: 'What is so of the set.',
      availableReplicas: 'Pods that have been ready for minReadySeconds.',
    },
  },
  StatefulSetCondition: condition('a StatefulSet'),
}
