import { ask, deployment } from './echo.ts'
import { claim, eventually, withCluster } from './harness.ts'

const cluster = withCluster('npaddr', ['--nodes', '2', '--nodeport-addresses', '172.30.0.0/16'])
const { kubectl } = cluster

claim(
  'with --nodeport-addresses NodePorts answer on the nodes’ addresses within those ranges, and on no other',
  async (assert) => {
    await kubectl.apply(
      `${deployment('web')}apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: NodePort\n  ipFamilyPolicy: RequireDualStack\n  selector: {app: web}\n  ports: [{port: 80, targetPort: 8080, nodePort: 30070}]\n`,
    )
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
    for (const { addresses } of cluster.facts.nodes) {
      assert.match(await eventually('the IPv4 node port answers', () => ask(addresses[0], 30070)), /^web-/)
      assert.equal((await cluster.onHost('curl', '-gsm2', `http://[${addresses[1]}]:30070/`)).status, 7)
    }
  },
)
