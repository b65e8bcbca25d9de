import type { Draft } from '#schema/defaulting.ts'
import type { StatefulSet } from './message.ts'

/** `maxUnavailable` is behind a feature gate that Kubernetes 1.36 has off: it is dropped, as by its API server. */
const dropUnserved = (set: Draft<StatefulSet>): void => {
  delete set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable
}

export const prepareStatefulSetCreate = (set: Draft<StatefulSet>): void => dropUnserved(set)

export const prepareStatefulSetUpdate = (set: Draft<StatefulSet>): void => dropUnserved(set)
