import type { ApiObject } from '#api/resource.ts'
import { badRequest } from '../errors.ts'
import { dryRunProblems, refuseOptions } from '../http/request/write-options.ts'
import type { DeleteRequest } from '../registry/deletion.ts'
import { success } from './binding.ts'
import type { SubresourceHandler } from './subresource.ts'

interface EvictionBody extends ApiObject {
  readonly deleteOptions?: DeleteRequest & { readonly dryRun?: readonly string[] }
}

/**
 * Deletes a pod on behalf of `kubectl drain`. PodDisruptionBudgets are no kind of ours yet, so there is none to hold it
 * back.
 */
export const eviction: SubresourceHandler = {
  async create(registry, resource, name, body, request) {
    const given = body.metadata?.name
    if (given && given !== name)
      throw badRequest(`name in URL does not match name in Eviction object: ${name} != ${given}`)
    const { dryRun = [], ...options } = (body as EvictionBody).deleteOptions ?? {}
    refuseOptions('DeleteOptions', dryRunProblems(dryRun))
    await registry.delete(resource, name, { ...request, dryRun: request.dryRun === true || dryRun.length > 0, options })
    return success(201)
  },
}
