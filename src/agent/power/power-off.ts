import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeFiles } from '#cni/node/node-files.ts'
import { unmountBelow } from '#kernel/files/mount.ts'
import { readLabels } from '#kubelet/container/container-id.ts'
import { cgroupFolders, cgroupProcesses, removeCgroup } from '#runtime/runc/processes/cgroup.ts'
import { signalNumber } from '#runtime/runc/processes/process-identity.ts'
import type { ContainerRecord, Runtime } from '#runtime/runtime.ts'
import { releasePods } from '../parts/network/release-pods.ts'

/** How long killed containers may take to end, milliseconds, and how often they are looked at. */
const END_LIMIT_MS = 10_000
const LOOK_MS = 25
/** So often in a row nothing may run: what was being made when the kubelet was stopped comes a little later. */
const QUIET_LOOKS = 4

/** A node whose parts do not run here any more. */
interface DarkNode {
  readonly name: string
  readonly cluster: string
  /** The node's own folder. */
  readonly stateDir: string
  readonly runtime: Pick<Runtime, 'list' | 'remove'>
  /** How long what was killed may take to end, milliseconds. */
  readonly limitMs?: number
}

/**
 * What goes of a node with its power: its containers, without a grace period, what lay in memory alone, and its pods'
 * namespaces. What is on the disk stays. Rejects where something does not end.
 */
export const powerOff = async (node: DarkNode): Promise<void> => {
  const until = Date.now() + (node.limitMs ?? END_LIMIT_MS)
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    const inside = cgroupFolders(cgroupOf(node)).flatMap(cgroupProcesses)
    for (const pid of inside) signalNumber(pid, 'SIGKILL')
    const live = (await containersOf(node)).filter(({ status }) => status.state !== 'exited')
    quiet = inside.length + live.length === 0 ? quiet + 1 : 0
    if (Date.now() > until)
      throw new Error(
        `containers of ${node.name} do not end: ${live.map(({ id }) => id).join(', ') || inside.join(', ')}`,
      )
    await sleep(LOOK_MS)
  }
  unmountBelow(join(node.stateDir, 'pods'))
  releasePods(node.stateDir)
  new NodeFiles(node.stateDir).forgetRun()
}

/** Takes away what is left of a node's containers, their layers too: for one that does not come back. */
export const forgetContainers = async (node: DarkNode): Promise<void> => {
  for (const { id } of await containersOf(node)) await node.runtime.remove(id)
  for (const folder of cgroupFolders(cgroupOf(node))) removeCgroup(folder)
}

const cgroupOf = ({ cluster, name }: DarkNode): string => `/fairlead/${cluster}/${name}`

const containersOf = async ({ name, runtime }: DarkNode): Promise<readonly ContainerRecord[]> =>
  (await runtime.list()).filter((record) => readLabels(record)?.node === name)
