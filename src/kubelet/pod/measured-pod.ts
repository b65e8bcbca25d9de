import { containerCgroup, podCgroup } from '../container/container-cgroup.ts'
import type { MeasuredPod } from '../stats/summary.ts'
import type { PodEntry } from './pod-entry.ts'

/** Where what a pod uses is found. */
export const measuredPod = (node: string, { uid, pod, containers }: PodEntry): MeasuredPod => ({
  pod,
  cgroup: podCgroup(node, uid),
  containers: [...containers].flatMap(([name, { phase }]) =>
    phase.phase === 'running' ? [{ name, startedAt: phase.startedAt, cgroup: containerCgroup(node, uid, name) }] : [],
  ),
})
