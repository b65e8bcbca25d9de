import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isSame } from '#api/resource.ts'
import type { PriorityClass } from '#api/scheduling/priorityclass/message.ts'
import { priorityClasses } from '#api/scheduling/priorityclass/resource.ts'
import { SYSTEM_CLASSES } from '#api/scheduling/priorityclass/system-classes.ts'
import { forbidden } from '../errors.ts'
import type { Reader } from '../registry/reader.ts'
import { type Admission, type CreateAdmission, nameOf } from './admission.ts'

/** Of several, which no admission lets be, the one with the least value. */
const globalDefault = (reader: Reader): PriorityClass | undefined =>
  (reader.all(priorityClasses) as readonly PriorityClass[])
    .filter((one) => one.globalDefault === true)
    .sort((a, b) => a.value - b.value)[0]

/** Turns a pod's priority class into its number: where it names none that of the default class, 0 where none is that. */
export const podPriority: Admission = {
  create({ resource, object, reader }) {
    if (!isSame(resource, pods)) return object
    const pod = object as Pod
    const spec = pod.spec!
    const refuse = (why: string) => forbidden(resource, nameOf(pod), why)
    const named = spec.priorityClassName
      ? (reader.find(priorityClasses, undefined, spec.priorityClassName) as PriorityClass | undefined)
      : globalDefault(reader)
    if (spec.priorityClassName && named === undefined)
      throw refuse(`no PriorityClass with name ${spec.priorityClassName} was found`)
    const { value, preemptionPolicy } = named ?? { value: 0, preemptionPolicy: 'PreemptLowerPriority' as const }
    const fromClass = 'must not be provided in pod spec; priority admission controller computed'
    if (spec.priority !== undefined && spec.priority !== value)
      throw refuse(
        `the integer value of priority (${spec.priority}) ${fromClass} ${value} from the given PriorityClass name`,
      )
    if (spec.preemptionPolicy && preemptionPolicy && spec.preemptionPolicy !== preemptionPolicy) {
      const what = `the string value of PreemptionPolicy (${spec.preemptionPolicy})`
      throw refuse(`${what} ${fromClass} ${preemptionPolicy} from the given PriorityClass name`)
    }
    const name = named?.metadata?.name
    const ranked: Pod = {
      ...pod,
      spec: {
        ...spec,
        ...(name === undefined ? {} : { priorityClassName: name }),
        priority: value,
        ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
      },
    }
    return ranked
  },
  /** What was worked out for a pod stays, where an update does not say it. */
  update({ resource, object, previous }) {
    if (!isSame(resource, pods)) return object
    const [pod, { spec: old }] = [object as Pod, previous as Pod]
    const spec = pod.spec!
    const lacksPriority = spec.priority === undefined && old?.priority !== undefined
    const lacksPolicy = spec.preemptionPolicy === undefined && old?.preemptionPolicy !== undefined
    if (!lacksPriority && !lacksPolicy) return object
    const kept = {
      priority: spec.priority ?? old?.priority,
      preemptionPolicy: spec.preemptionPolicy ?? old?.preemptionPolicy,
    }
    return { ...pod, spec: { ...spec, ...kept } } as Pod
  },
  check: refuseSecondDefault,
  checkUpdate: refuseSecondDefault,
  delete({ resource, object }) {
    const name = nameOf(object)
    if (isSame(resource, priorityClasses) && SYSTEM_CLASSES.some((one) => one.name === name))
      throw forbidden(resource, name, 'this is a system priority class and cannot be deleted')
  },
}

function refuseSecondDefault({ resource, object, reader }: CreateAdmission): void {
  if (!isSame(resource, priorityClasses) || (object as PriorityClass).globalDefault !== true) return
  const name = nameOf(object)
  const other = globalDefault(reader)?.metadata?.name
  if (other === undefined || other === name) return
  throw forbidden(resource, name, `PriorityClass ${other} is already marked as default. Only one default can exist`)
}
