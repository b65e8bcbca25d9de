import { template } from '#api/core/pod/descriptions.ts'
import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

const MIN_READY = 'Seconds that a pod must be ready before it counts as available. Default 0.'
const REPLICAS = 'How many pods there should be. Default 1.'

export const descriptions: Descriptions = {
  ...template,
  Deployment: {
    about: 'A Deployment keeps a number of equal pods, and replaces them step by step when their template changes.',
    fields: {
      spec: 'What the Deployment should be.',
      status: 'How far it is. Written by the system.',
    },
  },
  DeploymentSpec: {
    about: 'How many pods, of which kind, and how they are replaced.',
    fields: {
      replicas: REPLICAS,
      selector: 'Which pods are its own; the labels of the template must be among them. It cannot change.',
      template: 'The pods to make. A change of it starts a rollout.',
      strategy: 'How old pods are replaced by new ones.',
      minReadySeconds: MIN_READY,
      revisionHistoryLimit: 'How many old ReplicaSets are kept to go back to. Default 10.',
      paused: 'Whether changes of the template wait until it is false again.',
      progressDeadlineSeconds: 'Seconds without progress after which a rollout is said to have failed. Default 600.',
    },
  },
  DeploymentStrategy: {
    about: 'How old pods are replaced by new ones.',
    fields: {
      type: 'RollingUpdate (the default): step by step. Recreate: all old ones go before the first new one comes.',
      rollingUpdate: 'The size of the steps, for RollingUpdate.',
    },
  },
  RollingUpdateDeployment: {
    about: 'The size of the steps of a rolling update, as numbers of pods or as shares such as 25%.',
    fields: {
      maxUnavailable: 'How many of the wanted pods may be missing meanwhile. Default 25%, rounded down.',
      maxSurge: 'How many more than wanted there may be meanwhile. Default 25%, rounded up.',
    },
  },
  DeploymentStatus: {
    about: 'How far a Deployment is.',
    fields: {
      observedGeneration: 'The metadata.generation that this status speaks of.',
      replicas: 'Pods that are there, old and new.',
      updatedReplicas: 'Pods of the template as it is now.',
      readyReplicas: 'Pods that are ready.',
      availableReplicas: 'Pods that have been ready for minReadySeconds.',
      unavailableReplicas: 'Pods that are still missing from the number that should be available.',
      terminatingReplicas: 'Pods that are ending.',
      conditions: 'Available, Progressing and ReplicaFailure.',
      collisionCount: 'How often a name for a ReplicaSet was taken; part of the next one’s name.',
    },
  },
  DeploymentCondition: condition('a Deployment'),
}
