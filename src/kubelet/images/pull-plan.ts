import type { Container } from '#api/core/pod/spec/container.ts'
import type { RuntimeImage } from '#runtime/runtime.ts'

/** What is to be done for a container's image: `absent`, it is not here, or not for this pod, and is not to be fetched. */
type PullPlan = 'present' | 'pull' | 'absent'

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
  if (status?.origin === 'local') return 'present'
  if (policy === 'Always') return 'pull'
  const { access = [] } = status ?? {}
  if (status !== undefined && (access === 'all' || marks.some((mark) => access.includes(mark)))) return 'present'
  return policy === 'Never' ? 'absent' : 'pull'
}
