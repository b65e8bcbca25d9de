import type { Labels } from '#objects/object.ts'

/** Written by controllers: they change with each rollout, or name one pod alone. */
const GENERATED = new Set([
  'pod-template-hash',
  'pod-template-generation',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
])

/** Labels that a pod has for long. */
export const lastingLabels = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !GENERATED.has(key)))
