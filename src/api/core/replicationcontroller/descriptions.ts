import { template } from '#api/core/pod/descriptions.ts'
import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ...template,
  ReplicationController: {
    about: 'A ReplicationController keeps a number of equal pods. Deployments have taken its place.',
    fields: {
      spec: 'What the ReplicationController should be.',
      status: 'How far it is. Written by the system.',
    },
  },
  ReplicationControllerSpec: {
    about: 'How many pods, and of which kind.',
    fields: {
      replicas: 'How many pods there should be. Default 1.',
      minReadySeconds: 'Seconds that a pod must be ready before it counts as available. Default 0.',
      selector: 'Labels of its pods. Default: the labels of the template.',
      template: 'The pods to make. Pods that are there are not changed by it.',
    },
  },
  ReplicationControllerStatus: {
    about: 'How far a ReplicationController is.',
    fields: {
      replicas: 'Pods that are there.',
      fullyLabeledReplicas: 'Pods that have all labels of the template.',
      readyReplicas: 'Pods that are ready.',
      availableReplicas: 'Pods that have been ready for minReadySeconds.',
      observedGeneration: 'The metadata.generation that this status speaks of.',
      conditions: 'ReplicaFailure, where pods could not be made or deleted.',
    },
  },
  ReplicationControllerCondition: condition('a ReplicationController'),
}
