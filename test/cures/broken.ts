import type { ClusterFacts } from '#explain/cluster/facts.ts'
import type { Reason } from '#explain/trace/finding.ts'
import type { Question } from '#explain/trace/question.ts'
import type { World } from './world.ts'

/** A cluster that is broken in one way, and the question that shows it. */
export interface Broken {
  /** What is wrong, in words. */
  readonly about: string
  /** The cluster has the kinds of the Gateway API, and their controller. */
  readonly hasGateways?: true
  /** Breaks a cluster that has a pod `client` on node-1. */
  readonly make: (world: World) => Promise<void>
  /** Asked before and after the cure: a pod that is made anew has another name. */
  readonly ask: Question | ((world: World) => Promise<Question>)
  /** What the walk knows, where it is not all: a cluster of others; objects that are late, before the cure. */
  readonly sees?: (facts: ClusterFacts, cured: boolean) => ClusterFacts
  /** Further reasons, in order, that the cure could not know, and that have cures of their own. */
  readonly afterwards?: readonly Reason[]
  /** The same of each cure, where they differ: one that is a step of several leaves the next. */
  readonly afterEach?: readonly (readonly Reason[])[]
  /** Why there is nothing to do by a command: then every cure is one that only shows more. */
  readonly lookOnly?: string
}

/** A cluster of others, by its API alone. */
export const foreign = (facts: ClusterFacts): ClusterFacts => ({
  ...facts,
  network: { ...facts.network, foreign: true, hostAddresses: [], loadBalancerCidrs: ingress(facts), egress: true },
  listening: {},
  kernels: [],
  images: [],
})

const ingress = ({ services }: ClusterFacts): readonly string[] =>
  services.flatMap(({ status }) => (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? `${ip}/32` : [])))
