import { CliError, endingWith } from '../cli-error.ts'
import { apiRefusal } from '../clusters/api-refusal.ts'
import type { ExplainTarget } from '../clusters/explain-target.ts'
import { silentCluster } from '../clusters/known-cluster.ts'
import { statusOfError } from '../explain-status.ts'

export const noSuchNamespace = (namespace: string, all: readonly string[]): CliError =>
  new CliError('NO_SUCH_NAMESPACE', `there is no namespace ${namespace}`, {
    hint: all.length > 0 ? `namespaces are ${all.join(', ')}` : 'kubectl get namespaces',
  })

/** Why the API of a cluster gives no answer, with the way out; what is no such thing is given back as it is. */
export const apiTrouble = (target: ExplainTarget, error: unknown): unknown => {
  if (target.kind === 'api') return apiRefusal(error, target.access.server, target.context, target.login)
  return (error as { readonly code?: unknown }).code === 'API_UNREACHABLE' ? silentCluster(target.config, error) : error
}

/** The exit status of a verb, and the status that its errors have: 1 is an answer. */
export const answered = async (verb: () => Promise<number>): Promise<number> => {
  try {
    return await verb()
  } catch (error) {
    throw endingWith(error, statusOfError(error))
  }
}
