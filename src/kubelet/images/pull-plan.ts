import type { Container } from '#api/core/pod/spec/container.ts'
import type { RuntimeImage } from '#runtime/runtime.ts'

/** What is to be done for a container's image: `absent`, it is not here, or not for this pod, and is not to be fetched. */
type PullPlan = { readonly kind: 'present'; readonly image: RuntimeImage } | { readonly kind: 'pull' | 'absent' }

/** A tag that is left out is `latest`, which may be another one each time. */
const usualPolicy = (image: string): string => (/:(?!latest$)[^/:]+$|@/.test(image) ? 'IfNotPresent' : 'Always')

/**
 * By imagePullPolicy. What no registry has (it is built in, or was brought by hand) is as new as it gets. What a registry
 * gave to a login is for those that show the same, `marks`, and everybody else asks the registry.
 */
export const planPull = (
  { image = '', imagePullPolicy }: Pick<Container, 'image' | 'imagePullPolicy'>,
  status: RuntimeImage | undefined,
  marks: readonly string[],
): PullPlan => {
  const policy = imagePullPolicy || usualPolicy(image)
  const mayUse = ({ access }: RuntimeImage): boolean => access === 'all' || marks.some((mark) => access.includes(mark))
  if (status !== undefined && (status.origin === 'local' || (policy !== 'Always' && mayUse(status))))
    return { kind: 'present', image: status }
  return { kind: policy === 'Never' ? 'absent' : 'pull' }
}
