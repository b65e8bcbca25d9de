import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Secret } from '#api/core/secret/message.ts'
import { parseImageReference } from '#runtime/images/image-reference.ts'
import { loginMark } from '#runtime/images/local/registry/registry-login.ts'
import type { RuntimeImage } from '#runtime/runtime.ts'
import type { KubeletContext } from '../context.ts'
import { durationText } from '../duration-text.ts'
import { errorCode, errorText } from '../kubelet-error.ts'
import { planPull } from './pull-plan.ts'
import { loginsFor } from './pull-secret.ts'

/** `held`: the image is not to be had, by the reason and the message that the container's status shows. */
export type ImageOutcome =
  | { readonly outcome: 'ready'; readonly image: RuntimeImage }
  | {
      readonly outcome: 'held'
      readonly reason: 'InvalidImageName' | 'ErrImageNeverPull' | 'ErrImagePull'
      readonly message: string
    }
  /** Nobody waits for it any more. */
  | { readonly outcome: 'aborted' }

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
 * Sees to it that a container's image is on the machine, by its policy, and tells of it in Events. What is being fetched when
 * `signal` aborts goes on for others, where there are any. Never rejects.
 */
export const ensureImage = async (
  context: ImageContext,
  pod: Pod,
  container: Container,
  signal: AbortSignal,
): Promise<ImageOutcome> => {
  const { image = '', name } = container
  const { runtime, record, clock } = context
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    record(pod, type, reason, message, name)
  const held = (
    reason: Extract<ImageOutcome, { outcome: 'held' }>['reason'],
    shown: string,
    message: string,
  ): ImageOutcome => {
    event('Warning', shown, message)
    event('Warning', 'Failed', `Error: ${reason}`)
    return { outcome: 'held', reason, message }
  }
  const tellStandIn = ({ as, reason }: NonNullable<RuntimeImage['standsIn']>): void => {
    event('Warning', 'Failed', `Failed to pull image "${image}": ${reason}`)
    event('Normal', 'Pulled', `Container image "${image}" is not on this machine: the built-in ${as} stands in for it`)
  }
  const unpulled = (error: unknown): ImageOutcome =>
    held('ErrImagePull', 'Failed', `Failed to pull image "${image}": ${errorText(error)}`)
  try {
    const reference = parseImageReference(image)
    const status = await runtime.imageStatus(image)
    const logins = status?.origin === 'local' ? [] : loginsFor(reference, await pullSecrets(context, pod))
    const marks = logins.map((login) => loginMark(reference.registry, login))
    const plan = planPull(container, status, marks)
    if (plan.kind === 'present') {
      if (plan.image.standsIn) tellStandIn(plan.image.standsIn)
      else
        event(
          'Normal',
          'Pulled',
          `Container image "${image}" already present on machine and can be accessed by the pod`,
        )
      return { outcome: 'ready', image: plan.image }
    }
    if (plan.kind === 'absent') {
      const message = `Container image "${image}" is not present with pull policy of Never`
      return held('ErrImageNeverPull', 'ErrImageNeverPull', message)
    }
    event('Normal', 'Pulling', `Pulling image "${image}"`)
    const from = clock.now()
    const pulled = await unlessAborted(runtime.pullImage(image, logins, signal), signal)
    if (pulled === undefined) return { outcome: 'aborted' }
    if (pulled.standsIn) {
      tellStandIn(pulled.standsIn)
      return { outcome: 'ready', image: pulled }
    }
    const took = durationText(clock.now() - from)
    const size = `Image size: ${pulled.sizeBytes} bytes.`
    event('Normal', 'Pulled', `Successfully pulled image "${image}" in ${took} (${took} including waiting). ${size}`)
    return { outcome: 'ready', image: pulled }
  } catch (error) {
    if (errorCode(error) !== 'IMAGE_INVALID') return unpulled(error)
    const message = `Failed to apply default image tag "${image}": ${errorText(error)}`
    return held('InvalidImageName', 'InspectFailed', message)
  }
}

const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
