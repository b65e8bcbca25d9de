import type { Node } from './message.ts'

/** What Kubernetes says to who writes fields of a node that nothing reads any more. */
export const nodeWarnings = ({ spec = {} }: Node): readonly string[] => [
  ...(spec.configSource === undefined ? [] : ['spec.configSource: the feature is no longer supported']),
  ...(spec.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
]
