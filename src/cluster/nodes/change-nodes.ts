import { setTimeout as sleep } from 'node:timers/promises'
import { CONFIGURED, postJson } from '#agent/server/agent-api.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { readClaim, writeClaim } from '../claims/claim.ts'
import { holdName } from '../claims/claims-lock.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig, NodeConfig } from '../config.ts'
import { isRunning } from '../processes/processes.ts'
import { statePaths, tryReadConfig, writeJson } from '../state/state.ts'
import { forgetNode } from './forget-node.ts'
import { type NodeChange, nodeNamed, removeNode, stopForRemoval } from './node-changes.ts'

/** How long an `up`, a `down` or another change that is at work may take, milliseconds. */
const HOLD_LIMIT_MS = 40_000
/** How long the agents may take for it, and how long agents that died may take to be there again, milliseconds. */
const CHANGE_LIMIT_MS = 40_000
const AGENTS_LIMIT_MS = 10_000
const RETRY_MS = 50

/**
 * Changes the nodes of a cluster that runs, and returns when it is done: written first, so that whoever dies meanwhile
 * finds what was to be. A change that cannot be made is undone where `undo` says so. Gives the configuration as it is
 * then. Throws ClusterError: that of the change, CLUSTER_HALTED, STATE_LOCKED, NODE_FAILED.
 */
export const changeNodes = async (name: string, change: NodeChange, undo = false): Promise<ClusterConfig> => {
  using _hold = await holdName(name, HOLD_LIMIT_MS)
  return await changeHeld(name, change, undo)
}

/**
 * Takes a node away: its power, what the API knows of it, and then its place. Whoever dies in between leaves a node that is
 * stopped, which can be removed again.
 */
export const takeNodeAway = async (name: string, node: string): Promise<NodeConfig> => {
  using _hold = await holdName(name, HOLD_LIMIT_MS)
  const stopped = await changeHeld(name, stopForRemoval(node), false)
  const leaving = nodeNamed(stopped, node)
  const client = createUnixClient(stopped.sockets.api, 'fairlead')
  try {
    await forgetNode(client, leaving.name)
  } catch (cause) {
    throw new ClusterError(
      'NODE_FAILED',
      `node ${leaving.name} is stopped, but the API does not let it go: ${(cause as Error).message}`,
      { cause, hint: `say the same again; fairlead status ${name} tells how the API is` },
    )
  } finally {
    client.close()
  }
  await changeHeld(name, removeNode(leaving.name), false)
  return leaving
}

const changeHeld = async (name: string, change: NodeChange, undo: boolean): Promise<ClusterConfig> => {
  const before = runningConfig(name)
  const after = change(before)
  write(after)
  try {
    await tellAgents(after)
    return after
  } catch (cause) {
    if (undo) {
      write(before)
      // As well as can be: what is at fault is told either way.
      await tellAgents(before).catch(() => undefined)
    }
    throw new ClusterError('NODE_FAILED', `the nodes of cluster ${name}: ${(cause as Error).message}`, {
      cause,
      hint: `${undo ? 'they are to be as before' : 'it is done as soon as the agents can'}; see how they are: fairlead status ${name}, fairlead logs ${name}`,
    })
  }
}

/** Throws ClusterError CLUSTER_HALTED where it does not run: its nodes are as they are until it does. */
const runningConfig = (name: string): ClusterConfig => {
  const claim = readClaim(name)
  const config = claim === undefined ? undefined : tryReadConfig(statePaths(claim.stateDir).config)
  if (claim?.stopping !== undefined)
    throw new ClusterError('TAKEN_DOWN', `cluster ${name} is being taken down`, {
      hint: `start it again: fairlead up ${name}`,
    })
  if (claim !== undefined && config !== undefined && isRunning(claim)) return config
  throw new ClusterError('CLUSTER_HALTED', `cluster ${name} does not run`, {
    hint: `start it first: fairlead up ${name}`,
  })
}

const write = (config: ClusterConfig): void => {
  writeJson(statePaths(config.stateDir).config, config)
  const claim = readClaim(config.name)
  if (claim !== undefined && claim.nodes !== config.nodes.length) writeClaim({ ...claim, nodes: config.nodes.length })
}

/** Agents that died meanwhile do it when they start again: then this comes second, and changes nothing. */
const tellAgents = async ({ sockets }: ClusterConfig): Promise<void> => {
  const until = Date.now() + AGENTS_LIMIT_MS
  for (;;) {
    try {
      await postJson(sockets.agent, CONFIGURED, CHANGE_LIMIT_MS)
      return
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const absent = code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET'
      if (!absent) throw error
      if (Date.now() > until) throw new Error('the agents do not answer', { cause: error })
      await sleep(RETRY_MS)
    }
  }
}
