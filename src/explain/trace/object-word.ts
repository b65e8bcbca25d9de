/** What stands for its pods. */
export type Workload = 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job'
/** A kind that a question may name. */
type Asked = Workload | 'Service' | 'Pod' | 'Node'

/** What kubectl calls each kind: the word that we print, its plural, and what else it takes. */
const WORDS: Readonly<Record<Asked, readonly [word: string, plural: string, ...others: string[]]>> = {
  Deployment: ['deploy', 'deployments', 'deployment'],
  ReplicaSet: ['rs', 'replicasets', 'replicaset'],
  StatefulSet: ['sts', 'statefulsets', 'statefulset'],
  DaemonSet: ['ds', 'daemonsets', 'daemonset'],
  Job: ['job', 'jobs'],
  Service: ['svc', 'services', 'service'],
  Pod: ['pod', 'pods', 'po'],
  Node: ['node', 'nodes', 'no'],
}

/** The kind that a word means: `deploy` → Deployment. */
export const kindOfWord = (word: string): Asked | undefined =>
  (Object.keys(WORDS) as Asked[]).find((kind) => WORDS[kind].includes(word))

/** The word for one object of a kind, and for all of them: `deploy` and `deployments` of Deployment. */
export const wordsOfKind = (kind: string): readonly [word: string, plural: string] => {
  const [word, plural] = WORDS[kind as Asked]
  return [word, plural]
}
