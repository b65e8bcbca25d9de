import { validatingAdmissionPolicies } from '#api/admissionregistration/validatingadmissionpolicy/resource.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'

/** Tells in a policy's status what is wrong with its expressions by the types of what it is about. */
export const startAdmissionPolicyStatus = (context: ControllerContext): RunningController => {
  const { client, informers, catalogue } = context
  const cache = informers.for(validatingAdmissionPolicies)

  const sync = async (name: string): Promise<void> => {
    const policy = cache.lister.get(name)
    if (policy === undefined) return
    const { generation = 0 } = policy.metadata ?? {}
    if (generation <= (policy.status?.observedGeneration ?? 0)) return
    // Large, and needed by who writes policies alone.
    const { typeWarnings } = await import('#api/admissionregistration/expressions/type-check.ts')
    const expressionWarnings = typeWarnings(catalogue, policy)
    const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {}
    const status = { ...policy.status, observedGeneration: generation, typeChecking }
    await client.update(validatingAdmissionPolicies, { ...policy, status }, { subresource: 'status' })
  }

  const { queue, running } = runLoop(context, 'admission-policy-status', [cache], sync)
  cache.addHandlers({
    onAdd: ({ metadata }) => queue.add(metadata!.name!),
    onUpdate: (_, { metadata }) => queue.add(metadata!.name!),
  })
  return running
}
