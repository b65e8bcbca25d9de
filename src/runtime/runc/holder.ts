import type { ContainerSpec, HolderSpec } from '../runtime.ts'

/** Of nobody else's: no other program of a pod may do anything to it, unless as root. */
const NOBODY = 65_535

/**
 * What holds a pod's process namespace: the shell of busybox, which the image fairlead/echo has, waiting for what does not
 * end; meanwhile it takes away whatever dead process becomes its child. Two processes of some 50 KB each
 * ([ADR 75](../../../docs/adr/0075-who-holds-a-pods-process-namespace.md)).
 */
export const holderSpec = (spec: HolderSpec): ContainerSpec => ({
  ...spec,
  image: 'fairlead/echo',
  command: ['sh', '-c', 'while :; do sleep 2147483647 & wait $!; done'],
  env: [],
  mounts: [],
  tty: false,
  stdin: false,
  user: { uid: NOBODY, gid: NOBODY },
  capabilities: { add: [], drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  noNewPrivileges: true,
  // As little as there is; Kubernetes gives it no memory limit either.
  resources: { cpuShares: 2 },
})
