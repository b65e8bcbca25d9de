import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { canonical } from '../values/equal.ts'
import { withoutHash } from '../values/template-hash.ts'
import { isHandedDown, revisionOf } from './desired-revision.ts'

/** The wish for a former revision, as it came with extensions/v1beta1; 0 is the one before the present. */
const ROLLBACK_TO = 'deprecated.deployment.rollback.to'

interface Rollback {
  /** As it is to be, without the wish. */
  readonly deployment: Deployment
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** What becomes of a Deployment whose annotation asks for a former revision; undefined: it asks for none. */
export const planRollback = (deployment: Deployment, owned: readonly ReplicaSet[]): Rollback | undefined => {
  const { [ROLLBACK_TO]: wish, ...annotations } = deployment.metadata?.annotations ?? {}
  if (!wish || !/^\d+$/.test(wish)) return undefined
  const name = deployment.metadata?.name
  const rest: Deployment = { ...deployment, metadata: { ...deployment.metadata, annotations } }
  const warn = (reason: string, message: string): Rollback => ({ deployment: rest, type: 'Warning', reason, message })
  const wanted = BigInt(wish) || beforeLast(owned.map(revisionOf))
  if (wanted === 0n) return warn('DeploymentRollbackRevisionNotFound', 'Unable to find last revision.')
  const found = owned.find((one) => revisionOf(one) === wanted)
  if (!found) return warn('DeploymentRollbackRevisionNotFound', 'Unable to find the revision to rollback to.')
  const template = withoutHash(found.spec?.template)
  if (canonical(template) === canonical(withoutHash(deployment.spec?.template)))
    return warn(
      'DeploymentRollbackTemplateUnchanged',
      `The rollback revision contains the same template as current deployment ${JSON.stringify(name)}`,
    )
  const kept = Object.entries(annotations).filter(([key]) => !isHandedDown(key))
  const former = Object.entries(found.metadata?.annotations ?? {}).filter(([key]) => isHandedDown(key))
  return {
    deployment: {
      ...rest,
      metadata: { ...rest.metadata, annotations: Object.fromEntries([...kept, ...former]) },
      spec: { ...rest.spec!, template },
    },
    type: 'Normal',
    reason: 'DeploymentRollback',
    message: `Rolled back deployment ${JSON.stringify(name)} to revision ${wanted}`,
  }
}

/** The second highest; 0 where there is none. */
const beforeLast = (revisions: readonly bigint[]): bigint =>
  [...revisions].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))[1] ?? 0n
