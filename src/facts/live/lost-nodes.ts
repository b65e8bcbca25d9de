import type { Node } from '#api/core/node/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { isReady } from '#objects/conditions.ts'

/** Nodes whose silence tells nothing: those that were stopped or paused, whatever the API knows of it yet, and those not Ready. */
export const lostNodes = (plan: ClusterConfig['nodes'], nodes: readonly Node[]): ReadonlySet<string> =>
  new Set([
    ...plan.filter(({ state }) => state !== undefined).map(({ name }) => name),
    ...nodes.filter((node) => !isReady(node)).map(({ metadata }) => metadata?.name ?? ''),
  ])
