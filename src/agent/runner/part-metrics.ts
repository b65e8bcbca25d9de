import { type Reading, Registry } from '#metrics/registry.ts'
import type { PartState } from './part.ts'

/** The states of a place's parts, as metrics. */
export const partMetrics = (node: string, states: () => readonly PartState[]): Registry => {
  const registry = new Registry()
  const each = (value: (state: PartState) => number): Reading =>
    states().map((state) => ({ labels: { node, part: state.name }, value: value(state) }))
  registry.read('gauge', { name: 'fairlead_part_ready', help: '1 where a part does what it is for; else 0.' }, () =>
    each(({ ready }) => (ready ? 1 : 0)),
  )
  registry.read('gauge', { name: 'fairlead_part_faults', help: 'What is wrong with a part, as status names it.' }, () =>
    each(({ faults }) => faults.length),
  )
  registry.read(
    'counter',
    { name: 'fairlead_part_failures_total', help: 'Times that a part could not be started, or ended by a fault.' },
    () => each(({ failures }) => failures),
  )
  return registry
}
