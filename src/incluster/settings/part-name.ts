/** What can be installed, by the names that `fairlead install --parts` takes. */
export const PART_NAMES = ['proxy', 'network', 'policy', 'dns', 'balancer', 'gateway'] as const

export type PartName = (typeof PART_NAMES)[number]

/** Those of which a process of the whole cluster does something. */
export const CONTROLLER_PARTS: readonly PartName[] = ['network', 'balancer', 'gateway']

/** The parts of a node's agent that go with each; of `gateway` there is none, as it runs in pods. */
export const NODE_PARTS: Readonly<Record<PartName, readonly string[]>> = {
  proxy: ['services', 'health'],
  network: ['routes', 'network'],
  policy: ['policies'],
  dns: ['dns'],
  balancer: ['balancer'],
  gateway: [],
}
