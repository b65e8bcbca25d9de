import { template } from '#api/core/pod/descriptions.ts'
import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

const MIN_READY = 'Seconds that a pod must be ready before it counts as available. Default 0.'
const REPLICAS = 'How many pods there should be. Default 1.'

export const descriptions: Descriptions = {
  ...template,
  ReplicaSet: {
    about: 'A ReplicaSet keeps a number of equal pods. A Deployment makes one for each version of its template.',
    fields: {
      spec: 'What the ReplicaSet should be.',
      status: 'How far it is. Written by the system.',
    },
  },
  ReplicaSetSpec: {
    about: 'How many pods, and of which kind.',
    fields: {
      replicas: REPLICAS,
      minReadySeconds: MIN_READY,
      selector: 'Which pods are its own. It cannot change.',
      template: 'The pods to make. Pods that are there are not changed by it.',
    },
  },
  ReplicaSetStatus: {
    about: 'How far a ReplicaSet is.',
    fields: {
      replicas: 'Pods that are there.',
      fullyLabeledReplicas: 'Pods that have all labels of the template.',
      readyReplicas: 'Pods that are ready.',
      availableReplicas: 'Pods that have been ready for minReadySeconds.',
      terminatingReplicas: 'Pods that are ending.',
      observedGeneration: 'The metadata.generation that this status speaks of.',
      conditions: 'ReplicaFailure, where pods could not be made or deleted.',
    },
  },
  ReplicaSetCondition: condition('a ReplicaSet'),
}
