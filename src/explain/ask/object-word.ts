/** What stands for its pods. */
export type Workload = 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job'

/** Each kind by the names that kubectl has for it. */
const WORDS: Readonly<Record<Workload | 'Service' | 'Pod' | 'Node', readonly string[]>> = {
  Deployment: ['deploy', 'deployment', 'deployments'],
  ReplicaSet: ['rs', 'replicaset', 'replicasets'],
  StatefulSet: ['sts', 'statefulset', 'statefulsets'],
  DaemonSet: ['ds', 'daemonset', 'daemonsets'],
  Job: ['job', 'jobs'],
  Service: ['svc', 'service', 'services'],
  Pod: ['pod', 'po', 'pods'],
  Node: ['node', 'no', 'nodes'],
}

/** The kind that a word means: `deploy` → Deployment. */
export const kindOfWord = (word: string): keyof typeof WORDS | undefined =>
  (Object.keys(WORDS) as (keyof typeof WORDS)[]).find((kind) => WORDS[kind].includes(word))
