import { Registry } from '#metrics/registry.ts'

interface RoutesReadings {
  /** Of the cluster, this one among them. */
  readonly nodes: () => number
  readonly vxlanNodes: () => number
  readonly entries: () => number
  readonly egressElements: () => number
  readonly podMtu: () => number | undefined
  readonly refused: () => number
  readonly mended: () => number
}

/** What the ways between nodes come to, as numbers. All is read when somebody asks. */
export const routesMetrics = (readings: RoutesReadings): Registry => {
  const registry = new Registry()
  const gauges: readonly (readonly [string, string, () => number])[] = [
    ['fairlead_routes_nodes', 'Nodes that the API tells of.', readings.nodes],
    ['fairlead_routes_vxlan_nodes', 'Nodes that packets get to by VXLAN.', readings.vxlanNodes],
    ['fairlead_routes_entries', 'Routes, neighbours and forwarding entries of ours in the kernel.', readings.entries],
    ['fairlead_routes_refused', 'Nodes that the kernel refused a way to.', readings.refused],
    ['fairlead_routes_pod_mtu_bytes', 'The largest packet of a pod; 0 while unknown.', () => readings.podMtu() ?? 0],
    ['fairlead_egress_elements', 'Elements of the masquerade of what leaves the cluster.', readings.egressElements],
  ]
  for (const [name, help, value] of gauges) registry.read('gauge', { name, help }, value)
  registry.read(
    'counter',
    { name: 'fairlead_routes_mended_total', help: 'Times that somebody else had changed ways between nodes.' },
    readings.mended,
  )
  return registry
}
