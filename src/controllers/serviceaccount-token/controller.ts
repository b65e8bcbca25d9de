import { secrets } from '#api/core/secret/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf, splitKey } from '#objects/object-key.ts'
import { type ControllerContext, onAny, type RunningController, runLoop } from '../context.ts'
import { accountNameOf, desiredTokenSecret } from './desired.ts'

/**
 * Fills Secrets of the type for ServiceAccounts' tokens, for clients that want one without an end, and takes them away
 * with their accounts.
 */
export const startServiceAccountTokenController = (context: ControllerContext): RunningController | undefined => {
  const { client, informers, signToken } = context
  if (!signToken) return undefined
  const rootCa = btoa(context.rootCa)
  const [secretCache, accountCache] = [informers.for(secrets), informers.for(serviceAccounts)]

  const sync = async (key: string): Promise<void> => {
    const { namespace = '', name } = splitKey(key)
    const secret = secretCache.lister.byKey(key)
    const account = secret && accountNameOf(secret)
    if (!secret || !account || isLeaving(secret)) return
    const found = accountCache.lister.get(account, namespace) ?? (await fresh(account, namespace))
    const uid = found?.metadata?.uid ?? ''
    const token = (): string => btoa(signToken(namespace, name, { name: account, uid }))
    const wanted = desiredTokenSecret(secret, found, { rootCa, namespace: btoa(namespace), token })
    if (wanted === 'gone') {
      const preconditions = { uid: secret.metadata!.uid! }
      await client.delete(secrets, name, { namespace, preconditions })
    } else if (wanted) await client.update(secrets, wanted)
  }
  /** Asked again before a Secret is taken away: the cache may not have seen an account that was made just before it. */
  const fresh = async (name: string, namespace: string) => {
    const all = await client.list(serviceAccounts, { namespace })
    return all.items.find(({ metadata }) => metadata?.name === name)
  }

  const { queue, running } = runLoop(context, 'serviceaccount-token', [secretCache, accountCache], sync)
  secretCache.addHandlers(
    onAny((secret) => {
      if (accountNameOf(secret)) queue.add(keyOf(secret))
    }),
  )
  accountCache.addHandlers({
    onDelete: ({ metadata }) => {
      for (const secret of secretCache.lister.list(metadata?.namespace))
        if (accountNameOf(secret) === metadata?.name) queue.add(keyOf(secret))
    },
  })
  return running
}
