import type { WithWords } from '#explain/testing/told.ts'
import type { PolicyCheck } from '#explain/trace/policies/check.ts'
import { deployment, service, together, usual, withExplained } from './explaining.ts'
import { claim, eventually, FAIRLEAD, run } from './harness.ts'

const { cluster, kubectl, shell, explained, ask, rolledOut, prove } = withExplained('denied')

const client = (name: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: shell, image: fairlead/host, command: [sleep, infinity]}]
---
`
const policy = (name: string, spec: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}}
spec: ${spec}
---
`

/** A Deployment on two nodes that a pod asks, and a policy. */
const world = async (name: string, ...policies: readonly string[]): Promise<(to: string) => Promise<boolean>> => {
  await kubectl.apply(client(`${name}-client`) + deployment(name, { replicas: 2 }) + service(name, usual(name)))
  await rolledOut(name)
  await kubectl('wait', '--for=condition=Ready', `pod/${name}-client`, '--timeout=20s')
  if (policies.length > 0) await kubectl.apply(policies.join(''))
  return async (to) => {
    const ask = () => cluster.inPod(`${name}-client`, 'curl', '-gfsm2', `http://${to}/hostname`)
    // Of two pods, one may be closed.
    return [(await ask()).status, (await ask()).status].every((status) => status === 0)
  }
}

together(() => {
  claim('a cure mends: the client lacks a label of the rule that comes nearest', async (assert) => {
    const probe = await world(
      'near',
      policy(
        'near',
        '{podSelector: {matchLabels: {app: near}}, ingress: [{from: [{podSelector: {matchLabels: {role: friend}}}], ports: [{port: http}]}]}',
      ),
    )
    const finding = await prove(assert, {
      from: 'pod/near-client',
      to: 'svc/near',
      reason: 'policy-isolates',
      message: /^pods default\/near-.* may not be asked at 8080\/TCP by pod default\/near-client/,
      probe: () => probe('near'),
    })
    assert.match(
      finding.details.join(),
      /spec\.ingress\[0\]\.from\[0\]: pod default\/near-client must have role=friend/,
    )
    assert.match(finding.cures[0]?.command ?? '', /^kubectl (--\S+ \S+ )*label pod near-client -n default role=friend$/)
  })

  claim('a cure mends: nothing may leave but to another Service, and DNS was forgotten', async (assert) => {
    const probe = await world(
      'names',
      policy(
        'names',
        '{podSelector: {matchLabels: {app: names-client}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: names}}}]}]}',
      ),
    )
    const { stdout } = await run(FAIRLEAD, ['policy', 'check', '--name', cluster.name, '-o', 'json'])
    const { findings } = JSON.parse(stdout) as PolicyCheck
    assert.ok(
      findings.some((one) => one.reason === 'dns-forgotten' && one.pods.some(({ name }) => name === 'names-client')),
    )
    await prove(assert, {
      from: 'pod/names-client',
      to: 'names:80',
      reason: 'dns-forgotten',
      message: /may not ask the cluster’s DNS \(53\/UDP and 53\/TCP\)/,
      probe: () => probe('names'),
    })
  })

  claim(
    'all cures that are printed, run in their order: nothing may leave, neither for DNS nor for the Service',
    async (assert) => {
      const probe = await world(
        'both',
        policy('both', '{podSelector: {matchLabels: {app: both-client}}, policyTypes: [Ingress, Egress]}'),
        policy('both-web', '{podSelector: {matchLabels: {app: both}}}'),
      )
      const args = ['--from', 'pod/both-client', '--to', 'both:80']
      const first = await eventually('both are found', async () => {
        const { explanation } = await ask(...args)
        return explanation.findings.length > 1 && explanation
      })
      assert.deepEqual([...new Set(first.findings.map(({ reason }) => reason))], ['dns-forgotten', 'policy-isolates'])
      assert.equal(await probe('both'), false)
      // Whether it would come in is told when it leaves.
      for (let findings: readonly WithWords[] = first.findings, rounds = 1; findings.length > 0; rounds++) {
        assert.ok(rounds <= 2, JSON.stringify(findings))
        for (const { command } of findings.flatMap(({ cures }) => cures)) {
          const { status, stdout, stderr } = await shell(command)
          assert.equal(status, 0, `${command}: ${stderr}`)
          assert.match(stdout, /^networkpolicy\.networking\.k8s\.io\/allow-\S+ created$/m)
        }
        findings = (await ask(...args)).explanation.findings
      }
      await eventually('it answers', () => probe('both'))
      const policies = JSON.parse(await kubectl('get', 'networkpolicy', 'both', 'both-web', '-o', 'json')) as {
        readonly items: readonly { readonly spec: object }[]
      }
      for (const { spec } of policies.items)
        assert.ok(!('egress' in spec) && !('ingress' in spec), 'those that were there are as they were')
    },
  )

  claim('a cure mends: the rule has the port and the address of the Service', async (assert) => {
    const probe = await world('slip')
    const { spec } = JSON.parse(await kubectl('get', 'service', 'slip', '-o', 'json')) as {
      readonly spec: { readonly clusterIP: string }
    }
    await kubectl.apply(
      policy(
        'slip',
        `{podSelector: {matchLabels: {app: slip-client}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: dns, protocol: UDP}, {port: dns-tcp}]}, {to: [{ipBlock: {cidr: ${spec.clusterIP}/32}}], ports: [{port: 80}]}]}`,
      ),
    )
    const finding = await prove(assert, {
      from: 'pod/slip-client',
      to: 'slip:80',
      reason: 'policy-isolates',
      probe: () => probe('slip'),
    })
    assert.match(finding.details.join(), /is the ClusterIP of Service default\/slip, which policies never see/)
  })

  claim('a cure mends: a ClusterNetworkPolicy denies it', async (assert) => {
    const probe = await world(
      'tier',
      `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: tier}
spec:
  tier: Admin
  priority: 10
  subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: tier}}}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
`,
    )
    await prove(assert, {
      from: 'pod/tier-client',
      to: 'svc/tier',
      reason: 'policy-denies',
      message: /ClusterNetworkPolicy tier \(tier Admin, priority 10\), spec\.ingress\[0\]\.from\[0\], denies it/,
      probe: () => probe('tier'),
    })
  })

  claim('of two pods one may not be asked, and real packets go as it is told', async (assert) => {
    await world('half')
    const pods = await kubectl('get', 'pods', '-l', 'app=half', '-o', 'name')
    const [first = ''] = pods.trim().split('\n')
    await kubectl('label', first, 'half=closed')
    await kubectl.apply(policy('half', '{podSelector: {matchLabels: {half: closed}}}'))
    await eventually('one of two is closed', async () => {
      const { status, stdout } = await explained('--from', 'pod/half-client', '--to', 'svc/half', '--live')
      return status === 1 && /ONLY SOMETIMES REACHABLE/.test(stdout) && /LIVE: kernel and model agree/.test(stdout)
    })
    const { stdout } = await shell(`fairlead policy check --name ${cluster.name}`)
    assert.match(stdout, /nobody at all may ask 1 of 2 ready pods of Service default\/half at its port 80\/TCP/)
  })
})
