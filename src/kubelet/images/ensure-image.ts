import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Secret } from '#api/core/secret/message.ts'
import { parseImageReference } from '#runtime/images/image-reference.ts'
import { loginMark, type RegistryLogin } from '#runtime/images/local/registry/registry-login.ts'
import type { RuntimeImage } from '#runtime/runtime.ts'
import type { KubeletContext } from '../context.ts'
import { durationText } from '../duration-text.ts'
import { errorCode, errorText } from '../kubelet-error.ts'
import { planPull } from './pull-plan.ts'
import { loginsFor } from './pull-secret.ts'

/** Why a container's image is not to be had: the reason and the message that its status shows. */
export class ImageFault extends Error {
  readonly reason: 'InvalidImageName' | 'ErrImageNeverPull' | 'ErrImagePull'
  constructor(reason: ImageFault['reason'], message: string) {
    super(message)
    this.name = 'ImageFault'
    this.reason = reason
  }
}

type ImageContext = Pick<KubeletContext, 'runtime' | 'record' | 'secrets' | 'clock'>

/** The Secrets that a pod names for registries; of those that are not there an Event tells. */
const pullSecrets = async ({ secrets, record }: ImageContext, pod: Pod): Promise<readonly Secret[]> => {
  const names = (pod.spec?.imagePullSecrets ?? []).flatMap(({ name }) => name || [])
  const found = await Promise.all(names.map((name) => secrets.get(pod.metadata?.namespace ?? '', name)))
  const missing = names.filter((_, index) => found[index] === undefined)
  if (missing.length > 0) {
    const told = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`
    record(pod, 'Warning', 'FailedToRetrieveImagePullSecret', told)
  }
  return found.filter((secret) => secret !== undefined)
}

/**
 * Sees to it that a container's image is on the machine, by its policy, and tells of it in Events. Gives undefined where
 * `signal` aborts; what is being fetched then goes on for others. Rejects with ImageFault.
 */
export const ensureImage = async (
  context: ImageContext,
  pod: Pod,
  container: Container,
  signal: AbortSignal,
): Promise<RuntimeImage | undefined> => {
  const { image = '', name } = container
  const { runtime, record, clock } = context
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    record(pod, type, reason, message, name)
  const failed = (reason: ImageFault['reason'], message: string): ImageFault => {
    event('Warning', 'Failed', `Error: ${reason}`)
    return new ImageFault(reason, message)
  }
  const unpulled = (error: unknown): ImageFault => {
    const message = `Failed to pull image "${image}": ${errorText(error)}`
    event('Warning', 'Failed', message)
    return failed('ErrImagePull', message)
  }
  let status: RuntimeImage | undefined
  let logins: readonly RegistryLogin[]
  let marks: readonly string[]
  try {
    const reference = parseImageReference(image)
    status = await runtime.imageStatus(image)
    logins = status?.origin === 'local' ? [] : loginsFor(reference, await pullSecrets(context, pod))
    marks = logins.map((login) => loginMark(reference.registry, login))
  } catch (error) {
    if (errorCode(error) !== 'IMAGE_INVALID') throw unpulled(error)
    const message = `Failed to apply default image tag "${image}": ${errorText(error)}`
    event('Warning', 'InspectFailed', message)
    throw failed('InvalidImageName', message)
  }
  switch (planPull(container, status, marks)) {
    case 'present':
      event('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`)
      return status
    case 'absent': {
      const message = `Container image "${image}" is not present with pull policy of Never`
      event('Warning', 'ErrImageNeverPull', message)
      throw failed('ErrImageNeverPull', message)
    }
    case 'pull': {
      event('Normal', 'Pulling', `Pulling image "${image}"`)
      const from = clock.now()
      const pulled = await unlessAborted(runtime.pullImage(image, logins), signal).catch((error: unknown) => {
        throw unpulled(error)
      })
      if (pulled === undefined) return undefined
      const took = durationText(clock.now() - from)
      const size = `Image size: ${pulled.sizeBytes} bytes.`
      event('Normal', 'Pulled', `Successfully pulled image "${image}" in ${took} (${took} including waiting). ${size}`)
      return pulled
    }
  }
}

const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
