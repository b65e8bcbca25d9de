import { before } from 'node:test'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'
import { loadImage } from './installed-image.ts'

const cluster = withCluster('installed-rights', [
  ...['--nodes', '1', '--without', 'proxy,dns,network,gateway', '--allow-host-access', '--audit'],
])
const { kubectl } = cluster
const AGENT = ['-n', 'fairlead-system', 'daemonset/fairlead-node'] as const
const CONTROLLER = ['-n', 'fairlead-system', 'deployment/fairlead-controller'] as const
const isLong = process.env.FAIRLEAD_LONG === '1'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}
interface Right {
  readonly group: string
  readonly resource: string
  readonly verb: string
}
const rightsOf = (rules: readonly Rule[]): readonly Right[] =>
  rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))),
  )
const without = (rules: readonly Rule[], { group, resource, verb }: Right): readonly Rule[] =>
  rules.flatMap((rule) =>
    rule.apiGroups.includes(group) && rule.resources.includes(resource)
      ? [
          { ...rule, resources: rule.resources.filter((one) => one !== resource) },
          { ...rule, resources: [resource], verbs: rule.verbs.filter((one) => one !== verb) },
        ].filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0)
      : [rule],
  )
const textOf = ({ group, resource, verb }: Right): string => `${verb} ${resource}${group && `.${group}`}`
const rulesOf = async (role: string): Promise<readonly Rule[]> =>
  (await cluster.json<{ readonly rules: readonly Rule[] }>('get', 'clusterrole', role)).rules
const setRules = (role: string, rules: readonly Rule[]) =>
  kubectl('patch', 'clusterrole', role, '--type=merge', '-p', JSON.stringify({ rules }))

before(async () => {
  if (!isLong) return
  await loadImage()
  const { status, stderr } = await run(FAIRLEAD, ['install'], {
    env: { KUBECONFIG: cluster.kubeconfig },
    timeoutMs: 120_000,
  })
  if (status !== 0) throw new Error(stderr)
})

/** Takes each right to read away, one at a time, and gives those that were not missed. */
const notMissed = async (role: string, workload: readonly [string, string, string]): Promise<readonly string[]> => {
  const rules = await rulesOf(role)
  const reads = rightsOf(rules).filter(({ verb }) => verb === 'list' || verb === 'watch')
  const unmissed: string[] = []
  for (const right of reads) {
    await setRules(role, without(rules, right))
    await kubectl('rollout', 'restart', ...workload.slice(0, 2), workload[2])
    const words = `cannot ${right.verb} resource \\"${right.resource}\\"`
    const seen = await eventually(`somebody misses ${textOf(right)}`, async () => {
      const logs = await kubectl.try('logs', ...workload.slice(0, 2), workload[2], '--all-pods', '--tail=100')
      return logs.stdout.includes(words.replaceAll('\\"', '"')) || undefined
    }).catch(() => false)
    if (!seen) unmissed.push(textOf(right))
    await setRules(role, rules)
  }
  return unmissed
}

claim(
  'an agent misses each right that is taken from it, and says which',
  async (assert) => assert.deepEqual(await notMissed('fairlead:node', AGENT), []),
  { timeout: 900_000, skip: isLong ? undefined : 'a minute or two: script/test --long' },
)

claim(
  'so does the controller',
  async (assert) => assert.deepEqual(await notMissed('fairlead:controller', CONTROLLER), []),
  { timeout: 900_000, skip: isLong ? undefined : 'a minute or two: script/test --long' },
)
