import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { forgetContainers, powerOff } from '#agent/power/power-off.ts'
import { unmountBelow } from '#kernel/files/mount.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { type ClusterConfig, nodesUp } from '../config.ts'
import { dropNode, dropStrangers, isRaised, raiseNode, routeAll, setCable } from '../machines/node-power.ts'
import { statePaths } from '../state/state.ts'
import type { MachineHands } from './node-agents.ts'

/** The same on this machine's kernel. */
export const machineHands = (runtime: Runtime): MachineHands => {
  const dark = ({ name: cluster, stateDir }: ClusterConfig, name: string) => ({
    name,
    cluster,
    stateDir: join(statePaths(stateDir).pods, name),
    runtime,
  })
  return {
    isRaised,
    raise: raiseNode,
    setCable,
    route: routeAll,
    async powerOff(config, node) {
      await powerOff(dark(config, node.name))
      dropNode(config, node)
    },
    async forget(config, { name }) {
      await forget(dark(config, name))
    },
  }
}

const forget = async (node: Parameters<typeof forgetContainers>[0]): Promise<void> => {
  await forgetContainers(node)
  unmountBelow(node.stateDir)
  rmSync(node.stateDir, { recursive: true, force: true })
}

/**
 * What a process that died was to do yet: nodes that are to be without power have none, those that are up stand, and of
 * those that are gone nothing is left.
 */
export const settleMachines = async (config: ClusterConfig, runtime: Runtime): Promise<void> => {
  const hands = machineHands(runtime)
  for (const node of config.nodes) {
    if (node.state === 'stopped' && isRaised(node)) await hands.powerOff(config, node)
    if (node.state === 'paused' && isRaised(node)) setCable(config, node, false)
  }
  const { pods } = statePaths(config.stateDir)
  const strangers = (existsSync(pods) ? readdirSync(pods) : []).filter(
    (name) => !config.nodes.some((node) => node.name === name),
  )
  for (const name of strangers) {
    const node = { name, cluster: config.name, stateDir: join(pods, name), runtime }
    await powerOff(node)
    await forget(node)
  }
  dropStrangers(config)
  const missing = nodesUp(config).filter((node) => !isRaised(node))
  for (const node of missing) raiseNode(config, node)
  if (missing.length > 0) routeAll(config, [])
}
