import { templateWarnings } from '#api/core/pod/warnings/warnings.ts'
import type { StatefulSet } from './message.ts'

/** What Kubernetes says in a Warning header to who writes such a set. */
export const statefulSetWarnings = ({ spec }: StatefulSet): readonly string[] => [
  ...templateWarnings(spec?.template, 'spec.template'),
  ...((spec?.revisionHistoryLimit ?? 0) < 0
    ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
    : []),
]
