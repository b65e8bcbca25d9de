import { createHash } from 'node:crypto'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { ContainerRecord } from '#runtime/runtime.ts'

const KEY = {
  node: 'io.fairlead.node',
  uid: 'io.kubernetes.pod.uid',
  namespace: 'io.kubernetes.pod.namespace',
  pod: 'io.kubernetes.pod.name',
  container: 'io.kubernetes.container.name',
  attempt: 'io.kubernetes.container.restartCount',
  hash: 'io.kubernetes.container.hash',
} as const

/** What a container's annotations say of where it belongs. */
export interface ContainerLabels {
  readonly node: string
  readonly uid: string
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly attempt: number
  /** Of the fields whose change makes the kubelet start it anew: name and image, as in Kubernetes. */
  readonly hash: string
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Changes where a running container has to be made anew: by name and image alone, the fields of a pod that may change.
 */
export const containerHash = (container: Container): string =>
  digest(`${container.name}\n${container.image ?? ''}`).slice(0, 16)

/**
 * Unique on the machine: pod uid, container name (cut and hashed where the whole would pass 100 characters), attempt.
 */
export const containerId = (pod: Pod, container: Container, attempt: number): string => {
  const { name } = container
  const short = name.length <= 48 ? name : `${name.slice(0, 39)}-${digest(name).slice(0, 8)}`
  return `${pod.metadata?.uid}-${short}-${attempt}`.toLowerCase().replace(/[^a-z0-9-]/g, '-')
}

/** In the place of a container's name, which is never written so: what holds the pod's process namespace. */
export const HOLDER = 'POD'

/** Never a container's: theirs end with a number. */
export const holderId = (uid: string): string => `${uid}-holder`

/** The annotations by which a later process of ours knows whose a container is; readLabels() reads them. */
export const writeLabels = (labels: ContainerLabels): Readonly<Record<string, string>> => ({
  [KEY.node]: labels.node,
  [KEY.uid]: labels.uid,
  [KEY.namespace]: labels.namespace,
  [KEY.pod]: labels.pod,
  [KEY.container]: labels.container,
  [KEY.attempt]: String(labels.attempt),
  [KEY.hash]: labels.hash,
})

/** Undefined for a container that no kubelet of ours made. */
export const readLabels = ({ annotations }: Pick<ContainerRecord, 'annotations'>): ContainerLabels | undefined => {
  const uid = annotations[KEY.uid]
  const container = annotations[KEY.container]
  if (uid === undefined || container === undefined) return undefined
  return {
    node: annotations[KEY.node] ?? '',
    uid,
    namespace: annotations[KEY.namespace] ?? '',
    pod: annotations[KEY.pod] ?? '',
    container,
    attempt: Number(annotations[KEY.attempt] ?? 0),
    hash: annotations[KEY.hash] ?? '',
  }
}
