import type { Obstacle, RefusingNode } from '#placement/obstacle.ts'
import { amountText } from '#placement/requests.ts'
import { listed, taintText } from './text.ts'

const MOST = 5

/** What keeps a pod from the nodes that are nearest to taking it: a line a node, or a resource. */
export function obstacleDetails(nodes: readonly RefusingNode[]): readonly string[] {
  const lines = nodes.slice(0, MOST).flatMap(({ node, obstacles }) => obstacles.flatMap((one) => ofNode(node, one)))
  // What its claims keep it from is the same on every node.
  return [...new Set(lines), ...shortageTexts(nodes)]
}

/** What needs no words of its own is told by the cure: a cordon, labels. */
function ofNode(node: string, obstacle: Obstacle): readonly string[] {
  switch (obstacle.code) {
    case 'unschedulable':
    case 'node-selector':
    case 'insufficient':
      return []
    case 'untolerated-taint':
      return [`${node} has the taint ${taintText(obstacle.taint)}`]
    case 'node-affinity':
      return [`${node} is none that its required node affinity means`]
    case 'host-port-taken':
      return [`port ${obstacle.port}/${obstacle.protocol} of ${node} is held by pod ${obstacle.holder}`]
    case 'too-many-pods':
      return [`${node} has all the ${obstacle.most} pods that it takes`]
    case 'spread-label-missing':
      return [`${node} has no label ${obstacle.topologyKey}, over which its pods are to be spread`]
    case 'spread':
      return [
        `on ${node} its pods would differ by ${obstacle.skew} over ${obstacle.topologyKey}, and ${obstacle.maxSkew} is the most`,
      ]
    case 'pod-affinity':
      return [`${node} has no pod near, by ${obstacle.topologyKey}, that it must be with`]
    case 'pod-anti-affinity':
      return [`pod ${obstacle.other} is near ${node}, by ${obstacle.topologyKey}, and it must not be with that`]
    case 'existing-pod-anti-affinity':
      return [`pod ${obstacle.other} is near ${node}, by ${obstacle.topologyKey}, and will not be with it`]
    case 'claim-taken':
      return [`claim ${obstacle.claim} is for one pod alone, and pod ${obstacle.holder} has it`]
    case 'volume-elsewhere':
      return [`volume ${obstacle.volume} of claim ${obstacle.claim} may not be used on ${node}`]
    case 'volume-not-found':
      return [`volume ${obstacle.volume} of claim ${obstacle.claim} is not there`]
    case 'no-volume':
      return [`no volume is there that claim ${obstacle.claim} could have on ${node}, and none can be made`]
    case 'claim-not-found':
      return [`there is no claim ${obstacle.claim}`]
    case 'claim-awaited':
      return [`claim ${obstacle.claim} is yet to be made for it`]
    case 'claim-of-another':
      return [`claim ${obstacle.claim} was not made for it, and has the name of its own`]
    case 'claim-leaving':
      return [`claim ${obstacle.claim} is being deleted`]
    case 'claim-lost':
      return [`claim ${obstacle.claim} has lost its volume ${obstacle.volume}`]
    case 'claims-unbound':
      return [`it waits for volumes of its claims: ${listed(obstacle.claims)}`]
  }
}

/** `it asks for 3000m of cpu; free: 2500m on node-2 and 2000m on node-1` */
function shortageTexts(nodes: readonly RefusingNode[]): readonly string[] {
  const short = nodes.flatMap(({ node, obstacles }) =>
    obstacles.flatMap((one) => (one.code === 'insufficient' ? [{ node, ...one }] : [])),
  )
  return [...Map.groupBy(short, ({ resource }) => resource)].map(([resource, all]) => {
    const free = [...all].sort((left, right) => right.free - left.free).slice(0, MOST)
    const there = listed(free.map((one) => `${amountText(resource, Math.max(0, one.free))} on ${one.node}`))
    return `it asks for ${amountText(resource, all[0]!.asked)} of ${resource}; free: ${there}`
  })
}
