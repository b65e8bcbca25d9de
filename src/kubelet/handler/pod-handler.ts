import type { Pod } from '#api/core/pod/message.ts'
import { VIRTUAL_HANDLER } from '#runtime/virtual/virtual-handler.ts'
import type { KubeletContext } from '../context.ts'
import { KubeletError } from '../kubelet-error.ts'

/** By which handler a pod is to be run, `` where it names no RuntimeClass; undefined: its class is not there. */
export const podHandler = (
  { runtimeClasses }: Pick<KubeletContext, 'runtimeClasses'>,
  { spec }: Pod,
): string | undefined => (spec?.runtimeClassName ? runtimeClasses.lister.get(spec.runtimeClassName)?.handler : '')

/** The same, of a pod that is to start now. Throws KubeletError RUNTIME_UNKNOWN, in Kubernetes' words. */
export const knownHandler = (
  context: Pick<KubeletContext, 'runtimeClasses' | 'runtime'>,
  pod: Pod,
  handler = podHandler(context, pod),
): string => {
  const name = pod.spec?.runtimeClassName
  if (handler === undefined) {
    const missing = `runtimeclass.node.k8s.io ${JSON.stringify(name)} not found`
    throw new KubeletError('RUNTIME_UNKNOWN', `failed to get sandbox runtime: RuntimeClass ${name}: ${missing}`)
  }
  if (context.runtime.handlers.includes(handler)) return handler
  const known = context.runtime.handlers.filter((one) => one !== '').join(', ')
  const way = `name a RuntimeClass whose handler is one of ${known}`
  const unknown = `no runtime for ${JSON.stringify(handler)} is configured`
  throw new KubeletError('RUNTIME_UNKNOWN', `failed to get sandbox runtime: ${unknown}: ${way}`)
}

/** Its containers are no processes: nothing in it reads files or runs commands. */
export const hasProcesses = (handler: string | undefined): boolean => handler !== VIRTUAL_HANDLER
