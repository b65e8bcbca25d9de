import type { Draft } from '#schema/defaulting.ts'
import type { PersistentVolumeClaim } from './message.ts'

/** Nothing is bound to it yet; what its data comes from is named in both of the fields that there are for it. */
export const prepareClaimCreate = (claim: Draft<PersistentVolumeClaim>): void => {
  claim.status = { phase: 'Pending' }
  const { spec } = claim
  if (spec === undefined) return
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource }
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { apiGroup, kind, name } = spec.dataSourceRef
    spec.dataSource = { ...(apiGroup !== undefined && { apiGroup }), kind, name }
  }
}
