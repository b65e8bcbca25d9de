import { CLASS_ANNOTATION } from './class-annotation.ts'
import type { Ingress } from './message.ts'

/** What Kubernetes says in a Warning header to who writes such an Ingress. */
export const ingressWarnings = ({ metadata, spec }: Ingress): readonly string[] =>
  metadata?.annotations?.[CLASS_ANNOTATION] !== undefined && spec?.ingressClassName === undefined
    ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
    : []
