import type { Random } from '#allocator/bitmap.ts'
import type { Admission } from '../admission/admission.ts'
import type { Machinery } from '../machinery/machinery.ts'

/** What every write goes by. */
export interface WriteRules {
  readonly machinery: Machinery
  readonly admissions: readonly Admission[]
  readonly now: () => Date
  readonly random: Random
  readonly uuid: () => string
}
