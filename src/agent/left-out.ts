/** What a cluster may leave to others. */
export const LEAVABLE = ['proxy', 'dns', 'network', 'policies', 'gateway'] as const

export type LeftOut = (typeof LEAVABLE)[number]

/**
 * The parts of a node that go with each; of `gateway` there is none, as it runs in pods. `health` answers on kube-proxy's ports, so another proxy wants them; `network` stays, and has
 * plugins do the work. Whoever lays the network keeps its policies: what goes over a bridge never comes by our rules.
 */
const PARTS: Readonly<Record<LeftOut, readonly string[]>> = {
  proxy: ['services', 'health'],
  dns: ['dns'],
  network: ['policies'],
  policies: ['policies'],
  gateway: [],
}

/** Whether others do that, where these things are others'. */
export const isLeft = (without: readonly LeftOut[], what: LeftOut): boolean =>
  without.includes(what) || (what === 'policies' && without.includes('network'))

/** Which of these parts a node runs, by name, where these things are others'. */
export const partsWithout = (
  parts: readonly { readonly name: string }[],
  without: readonly LeftOut[] = [],
): readonly string[] => {
  const gone = without.flatMap((one) => PARTS[one])
  return parts.map(({ name }) => name).filter((name) => !gone.includes(name))
}
