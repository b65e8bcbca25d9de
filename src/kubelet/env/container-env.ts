import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { EnvVar, FileKeySelector } from '#api/core/pod/spec/environment.ts'
import type { Secret } from '#api/core/secret/message.ts'
import { own } from '#schema/own.ts'
import { KubeletError } from '../kubelet-error.ts'
import { envFileValue } from './env-file.ts'
import { expandVariables } from './expand.ts'
import { fieldValue, type PodFacts, resourceValue } from './field-ref.ts'

/** Where references lead; undefined where the object does not exist. */
export interface References {
  readonly configMap: (name: string) => Promise<ConfigMap | undefined>
  readonly secret: (name: string) => Promise<Secret | undefined>
}

/** A container's may also lead to a file of a volume; undefined where there is no such file. */
interface EnvReferences extends References {
  readonly file: (volume: string, path: string) => string | undefined
}

/** A Secret’s value as text. */
const decodeBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8')

const fromKey = async (
  kind: 'configmap' | 'secret',
  pod: Pod,
  selector: { readonly name?: string; readonly key: string; readonly optional?: boolean },
  references: References,
): Promise<string | undefined> => {
  const name = selector.name ?? ''
  const object = kind === 'configmap' ? await references.configMap(name) : await references.secret(name)
  if (object === undefined) {
    if (selector.optional) return undefined
    throw new KubeletError('REFERENCE_NOT_FOUND', `${kind} "${name}" not found`)
  }
  const value = own(object.data, selector.key)
  if (value === undefined) {
    if (selector.optional) return undefined
    const what = kind === 'configmap' ? 'ConfigMap' : 'Secret'
    throw new KubeletError(
      'REFERENCE_NOT_FOUND',
      `couldn't find key ${selector.key} in ${what} ${pod.metadata?.namespace}/${name}`,
    )
  }
  return kind === 'secret' ? decodeBase64(value) : value
}

const fromFile = (
  { volumeName, path, key, optional }: FileKeySelector,
  references: EnvReferences,
): string | undefined => {
  const text = references.file(volumeName, path)
  let value: string | undefined
  try {
    value = text === undefined ? undefined : envFileValue(text, key)
  } catch (error) {
    if (!(error instanceof KubeletError)) throw error
    throw new KubeletError(
      'REFERENCE_INVALID',
      `couldn't parse env file "${path}" of volume "${volumeName}": ${error.message}`,
    )
  }
  if (value !== undefined || optional) return value
  const what = text === undefined ? 'file' : `environment variable key "${key}" not found in file`
  const why = text === undefined ? ' not found' : ''
  throw new KubeletError('REFERENCE_NOT_FOUND', `${what} "${path}" of volume "${volumeName}"${why}`)
}

const variableValue = async (
  variable: EnvVar,
  pod: Pod,
  container: Container,
  node: PodFacts,
  references: EnvReferences,
): Promise<string | undefined> => {
  const from = variable.valueFrom
  if (from?.fieldRef) return fieldValue(pod, from.fieldRef.fieldPath, node)
  if (from?.resourceFieldRef) return resourceValue(pod, container.name, from.resourceFieldRef, node)
  if (from?.configMapKeyRef) return await fromKey('configmap', pod, from.configMapKeyRef, references)
  if (from?.secretKeyRef) return await fromKey('secret', pod, from.secretKeyRef, references)
  if (from?.fileKeyRef) return fromFile(from.fileKeyRef, references)
  return undefined
}

/**
 * The environment of a container: Service links, then envFrom, then env, each overriding what came before it. `$(NAME)`
 * in a value is looked up among what stands earlier, and among the Service links. Throws REFERENCE_NOT_FOUND,
 * REFERENCE_INVALID.
 */
export const containerEnv = async (
  pod: Pod,
  container: Container,
  links: ReadonlyMap<string, string>,
  node: PodFacts,
  references: EnvReferences,
): Promise<ReadonlyMap<string, string>> => {
  const env = new Map<string, string>()
  for (const source of container.envFrom ?? []) {
    const reference = source.configMapRef ?? source.secretRef
    if (reference === undefined) continue
    const isSecret = source.secretRef !== undefined
    const name = reference.name ?? ''
    const object = isSecret ? await references.secret(name) : await references.configMap(name)
    if (object === undefined) {
      if (reference.optional) continue
      throw new KubeletError('REFERENCE_NOT_FOUND', `${isSecret ? 'secret' : 'configmap'} "${name}" not found`)
    }
    for (const [key, value] of Object.entries(object.data ?? {})) {
      // Any key is a name since Kubernetes 1.34, also one that begins with a digit.
      env.set(`${source.prefix ?? ''}${key}`, isSecret ? decodeBase64(value) : value)
    }
  }
  for (const variable of container.env ?? []) {
    const value =
      variable.valueFrom === undefined
        ? expandVariables(variable.value ?? '', (name) => env.get(name) ?? links.get(name))
        : await variableValue(variable, pod, container, node, references)
    if (value !== undefined) env.set(variable.name, value)
  }
  return new Map([...links, ...env])
}
