import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import { ApiError, type Client } from '#client/client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { StatusWriter } from '../status/status-writer.ts'

interface Write {
  readonly name: string
  /** Kind of patch, and where it goes. */
  readonly how: readonly [kind: string, where: unknown]
  readonly body: { readonly metadata: { readonly uid: string }; readonly status: PodStatus }
  /** Answers it: as the server that has taken it and has this status then, or with an error. */
  readonly answer: (answer?: Error | PodStatus) => Promise<void>
}

/** A writer, and the writes that wait for their answer, oldest first. */
export const writer = () => {
  const clock = new HandClock()
  const writes: Write[] = []
  const faults: string[] = []
  let version = 100
  const patch = (_: unknown, name: string, kind: string, body: Write['body'], where: unknown): Promise<Pod> =>
    new Promise((resolve, reject) => {
      const answer = async (answer?: Error | PodStatus): Promise<void> => {
        if (answer instanceof Error) reject(answer)
        else resolve({ metadata: { name, resourceVersion: String(++version) }, status: answer } as Pod)
        await turn()
      }
      writes.push({ name, how: [kind, where], body, answer })
    })
  const statuses = new StatusWriter({ patch } as unknown as Client, pods, {
    clock,
    onError: (message) => faults.push(message),
    random: () => 0.5,
  })
  return { clock, writes, faults, statuses }
}
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
/** A pod of the name `p`. */
export const pod = (uid: string, resourceVersion = '1', status: PodStatus = { phase: 'Pending' }): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', uid, resourceVersion },
    status,
  }) as Pod
export const refusal = (code: number, reason: string): Error =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason } as never)
