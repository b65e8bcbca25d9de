import type { Job } from '#api/batch/job/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import { podOf } from '../pods/desired-pod.ts'
import { COMPLETION_INDEX, hasLimitPerIndex, TRACKING } from './desired-facts.ts'
import { failureAnnotations } from './desired-index-failures.ts'

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX'
/** The API server adds five characters to it. */
const LONGEST_PREFIX = 58

/** A pod of the Job, for an index where it has some; `after`: the failed pod that it follows. */
export const makeJobPod = (job: Job, index: number | undefined, after: Pod | undefined): Pod => {
  const name = job.metadata?.name ?? ''
  const { metadata, spec } = job.spec?.template ?? {}
  const finalizers = [...new Set([...(metadata?.finalizers ?? []), TRACKING])]
  if (index === undefined) return podOf(job, { metadata: { ...metadata, finalizers }, spec })
  const known = { [COMPLETION_INDEX]: `${index}` }
  const annotations = {
    ...metadata?.annotations,
    ...known,
    ...(hasLimitPerIndex(job) ? failureAnnotations(job, after) : {}),
  }
  const labels = { ...metadata?.labels, ...known }
  const template = {
    metadata: { ...metadata, annotations, labels, finalizers },
    spec: {
      ...spec,
      hostname: `${name}-${index}`,
      containers: spec?.containers?.map(withIndex),
      ...(spec?.initContainers ? { initContainers: spec.initContainers.map(withIndex) } : {}),
    } as Pod['spec'],
  }
  const end = `-${index}-`
  return podOf(job, template, { generateName: `${name.slice(0, LONGEST_PREFIX - end.length)}${end}` })
}

const withIndex = (container: Container): Container => {
  if (container.env?.some(({ name }) => name === INDEX_VARIABLE)) return container
  const fieldRef = { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` }
  return { ...container, env: [...(container.env ?? []), { name: INDEX_VARIABLE, valueFrom: { fieldRef } }] }
}
