import { namespaces } from '#api/core/namespace/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { isAlreadyExists } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'

/** Each namespace has a ServiceAccount `default`, which pods that name none run as. */
export const startServiceAccountController = (context: ControllerContext): RunningController => {
  const { client, informers } = context
  const [namespaceCache, accountCache] = [informers.for(namespaces), informers.for(serviceAccounts)]

  const sync = async (namespace: string): Promise<void> => {
    const owner = namespaceCache.lister.get(namespace)
    if (!owner || isLeaving(owner) || accountCache.lister.get('default', namespace)) return
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } } as const
    try {
      await client.create(serviceAccounts, account, { namespace })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }

  const { queue, running } = runLoop(context, 'serviceaccount', [namespaceCache, accountCache], sync)
  namespaceCache.addHandlers({ onAdd: (namespace) => queue.add(namespace.metadata!.name!) })
  accountCache.addHandlers({ onDelete: (account) => queue.add(account.metadata!.namespace!) })
  return running
}
