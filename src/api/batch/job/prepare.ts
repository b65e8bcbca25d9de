import type { Draft } from '#schema/defaulting.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { CONTROLLER_UID, JOB_NAME, OLD_CONTROLLER_UID, OLD_JOB_NAME } from './labels.ts'
import type { Job } from './message.ts'

/** A Job selects its pods by its own uid, unless it says that it has chosen a selector itself. */
export const prepareJobCreate = (job: Draft<Job>): void => {
  const { metadata, spec } = job
  if (metadata === undefined || spec === undefined || spec.manualSelector) return
  const { name = '', uid = '' } = metadata
  spec.template.metadata ??= {}
  const given = spec.template.metadata.labels ?? {}
  // What contradicts is refused when it is checked.
  const labels = sorted({
    [OLD_JOB_NAME]: name,
    [JOB_NAME]: name,
    [OLD_CONTROLLER_UID]: uid,
    [CONTROLLER_UID]: uid,
    ...given,
  })
  // Labels that came from the template go on doing so.
  if (jsonEqual(metadata.labels ?? {}, given)) metadata.labels = { ...labels }
  spec.template.metadata.labels = labels
  spec.selector ??= {}
  spec.selector.matchLabels = sorted({ [CONTROLLER_UID]: uid, ...spec.selector.matchLabels })
}

/** By their names, as Kubernetes writes them. */
const sorted = (labels: { readonly [label: string]: string }): { [label: string]: string } =>
  Object.fromEntries(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)))
