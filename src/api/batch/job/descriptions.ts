import { template } from '#api/core/pod/descriptions.ts'
import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ...template,
  Job: {
    about: 'A Job makes pods until enough of them have succeeded.',
    fields: { spec: 'What is to be done.', status: 'How far it is. Written by the system.' },
  },
  JobSpec: {
    about: 'How many pods are to succeed, how many may run at a time, and when the Job is given up.',
    fields: {
      parallelism: 'How many pods may run at the same time. Default 1.',
      completions:
        'How many pods are to succeed. Left out: one success ends the Job, and no new pods are made after it.',
      activeDeadlineSeconds: 'Seconds that the Job may take from its start, with all its pods.',
      podFailurePolicy: 'What a failed pod means, by its exit codes or conditions. The first rule that fits counts.',
      successPolicy: 'When an Indexed Job has succeeded before all of its indexes have.',
      backoffLimit: 'How many pods may fail before the Job does. Default 6.',
      backoffLimitPerIndex: 'How many pods of one index may fail before the index does; for Indexed Jobs.',
      maxFailedIndexes: 'How many indexes may fail before the Job does.',
      selector: 'Labels of its pods. Made by the system, unless manualSelector says otherwise.',
      manualSelector: 'The selector is the author’s own, who sees to it that it selects no other pods.',
      template: 'The pods to make. Their restartPolicy is Never or OnFailure.',
      ttlSecondsAfterFinished: 'Seconds after its end when the Job is deleted, with its pods.',
      completionMode:
        'NonIndexed: one success is as good as another. Indexed: each index from 0 to completions - 1 has to succeed once; its pod knows it by JOB_COMPLETION_INDEX, and has it in its hostname.',
      suspend: 'No pods are made for now, and those that run are ended.',
      podReplacementPolicy:
        'When a new pod takes the place of one that ends: TerminatingOrFailed, as soon as it is going; Failed, when it has ended.',
      managedBy: 'Who runs the Job; kubernetes.io/job-controller, or left out: the cluster.',
    },
  },
  PodFailurePolicy: {
    about: 'What failed pods mean.',
    fields: { rules: 'Tried in order; a pod that fits none counts towards the limit.' },
  },
  PodFailurePolicyRule: {
    about: 'One kind of failure, and what follows.',
    fields: {
      action:
        'FailJob: the Job fails. FailIndex: its index fails. Ignore: it does not count. Count: it counts as any other.',
      onExitCodes: 'Chosen by the exit codes of its containers.',
      onPodConditions: 'Chosen by one of its conditions.',
    },
  },
  PodFailurePolicyOnExitCodesRequirement: {
    about: 'Exit codes of containers that did not end with 0.',
    fields: {
      containerName: 'The container that is looked at; left out: all.',
      operator: 'In: its code is one of the values. NotIn: it is none of them.',
      values: 'Exit codes, each once, in rising order.',
    },
  },
  PodFailurePolicyOnPodConditionsPattern: {
    about: 'A condition of a pod.',
    fields: { type: 'Its type.', status: 'Its status. Default True.' },
  },
  SuccessPolicy: {
    about: 'When a Job has succeeded.',
    fields: { rules: 'It has when one of them holds.' },
  },
  SuccessPolicyRule: {
    about: 'Indexes that have to succeed, or how many of them.',
    fields: {
      succeededIndexes: 'Indexes, such as 1,3-5.',
      succeededCount: 'How many indexes: of succeededIndexes where they are given, else of all.',
    },
  },
  JobStatus: {
    about: 'How far a Job is.',
    fields: {
      conditions:
        'Complete or Failed for one that has ended; before that SuccessCriteriaMet or FailureTarget, while pods are still going; Suspended.',
      startTime: 'When the Job began, or was taken up again.',
      completionTime: 'When it was complete.',
      active: 'Pods that wait or run, and are not going.',
      succeeded: 'Pods that succeeded.',
      failed: 'Pods that failed.',
      terminating: 'Pods that are going and have not ended.',
      completedIndexes: 'Indexes that succeeded.',
      failedIndexes: 'Indexes that failed.',
      uncountedTerminatedPods: 'Pods that have ended and are yet to be counted, by uid.',
      ready: 'Pods that are ready.',
    },
  },
  UncountedTerminatedPods: {
    about: 'Pods that have ended and are yet to be counted.',
    fields: { succeeded: 'Those that succeeded.', failed: 'Those that failed.' },
  },
  JobCondition: condition('a Job'),
}
