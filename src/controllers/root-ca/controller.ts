import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { isAlreadyExists } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { sameValue } from '../values/equal.ts'

const NAME = 'kube-root-ca.crt'

/** Each namespace has the cluster's CA as a ConfigMap, which pods mount to know the API server. */
export const startRootCaController = (context: ControllerContext): RunningController => {
  const { client, informers, rootCa } = context
  const [namespaceCache, configMapCache] = [informers.for(namespaces), informers.for(configMaps)]

  const sync = async (namespace: string): Promise<void> => {
    const owner = namespaceCache.lister.get(namespace)
    if (!owner || isLeaving(owner)) return
    const current = configMapCache.lister.get(NAME, namespace)
    const data = { 'ca.crt': rootCa }
    if (current) {
      if (!sameValue(current.data, data)) await client.update(configMaps, { ...current, data }, { namespace })
      return
    }
    const annotations = {
      'kubernetes.io/description': 'The CA that signed the API server’s certificate, for clients in pods.',
    }
    const wanted: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: NAME, namespace, annotations },
      data,
    }
    try {
      await client.create(configMaps, wanted, { namespace })
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }

  const { queue, running } = runLoop(context, 'root-ca', [namespaceCache, configMapCache], sync)
  const note = ({ metadata }: ConfigMap) => {
    if (metadata?.name === NAME) queue.add(metadata.namespace!)
  }
  namespaceCache.addHandlers({ onAdd: (namespace) => queue.add(namespace.metadata!.name!) })
  configMapCache.addHandlers({ onUpdate: (_, after) => note(after), onDelete: note })
  return running
}
