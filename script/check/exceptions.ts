import type { Check, Fault } from './check.ts'

/** By check and subject: why a fault may stand. A subject that is a path stands for all that the check finds there. */
export type Exceptions = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The faults of a check that nothing excuses, and its excuses that have no reason, or nothing to excuse. */
export const unexcused = (
  { name }: Pick<Check, 'name'>,
  faults: readonly Fault[],
  all: Exceptions,
): readonly Fault[] => {
  const reasons = Object.entries(all[name] ?? {})
  const covers = (subject: string, fault: Fault) =>
    fault.subject === subject || fault.subject.startsWith(`${subject}: `)
  return [
    ...faults.filter((fault) => !reasons.some(([subject]) => covers(subject, fault))),
    ...reasons.flatMap(([subject, reason]): readonly Fault[] => {
      if (!faults.some((fault) => covers(subject, fault)))
        return [{ subject, message: 'no longer needs its exception: remove it from script/check/exceptions.json' }]
      return reason.trim() === '' ? [{ subject, message: 'has an exception without a reason' }] : []
    }),
  ]
}
