import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  Condition: condition('an object'),
  PodDisruptionBudget: {
    about: 'How many of the pods of a selector may be missing at a time because somebody evicts them.',
    fields: { spec: 'What is asked for.', status: 'What has been counted. Written by the system.' },
  },
  PodDisruptionBudgetSpec: {
    about: 'How many must stay, or may be missing.',
    fields: {
      minAvailable:
        'As many must be healthy after an eviction: a number, or a percentage of those that their controllers ask for.',
      maxUnavailable: 'As many may be missing after an eviction, likewise. Not together with minAvailable.',
      selector: 'The pods that it is about: none if absent, all of the namespace if empty.',
      unhealthyPodEvictionPolicy:
        'When pods that are not healthy may be evicted. IfHealthyBudget, the default: as long as enough others are healthy. AlwaysAllow: always.',
    },
  },
  PodDisruptionBudgetStatus: {
    about: 'What has been counted.',
    fields: {
      observedGeneration: 'The generation of the budget that this is about.',
      disruptedPods: 'Pods that were evicted and are not seen to go yet, with the time of the eviction.',
      disruptionsAllowed: 'As many may be evicted now.',
      currentHealthy: 'As many are healthy.',
      desiredHealthy: 'As many must be.',
      expectedPods: 'As many there should be.',
      conditions: 'DisruptionAllowed.',
    },
  },
}
