import { AGE, type Column, column, NAME, orNone, wide } from '#api/table/column.ts'
import { hasCondition } from '#objects/conditions.ts'
import type { Pod } from './message.ts'
import { summarizePod } from './summary.ts'

export const podColumns: readonly Column<Pod>[] = [
  NAME,
  column('Ready', 'Containers that are ready, of all that should be.', (pod, now) => summarizePod(pod, now).ready),
  column('Status', 'What the containers say about the pod.', (pod, now) => summarizePod(pod, now).status),
  column('Restarts', 'How often containers were started again.', (pod, now) => summarizePod(pod, now).restarts),
  AGE,
  wide('IP', 'The address of the pod.', ({ status }) => orNone(status?.podIPs?.[0]?.ip || status?.podIP)),
  wide('Node', 'The node that the pod runs on.', ({ spec }) => orNone(spec?.nodeName)),
  wide('Nominated Node', 'The node whose pods are evicted for this one.', ({ status }) =>
    orNone(status?.nominatedNodeName),
  ),
  wide('Readiness Gates', 'Conditions from outside that are met, of all asked for.', (pod) => {
    const gates = pod.spec?.readinessGates ?? []
    const met = gates.filter(({ conditionType }) => hasCondition(pod, conditionType))
    return gates.length === 0 ? '<none>' : `${met.length}/${gates.length}`
  }),
]
