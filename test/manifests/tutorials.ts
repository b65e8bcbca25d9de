import assert from 'node:assert/strict'
import type { Pod } from '#api/core/pod/message.ts'
import { ask } from '../e2e/echo.ts'
import { eventually } from '../e2e/harness.ts'
import { isOpen, type World } from './world.ts'

/** Manifests of tasks and tests, side by side with others. */
export const tutorials = ({ cluster, manifest }: World): void => {
  manifest(
    'workloads/tutorials.yaml',
    'pods of the documentation’s tasks do what it says of them',
    async ({ kubectl, inPod, json, namespace }) => {
      const running = ['redis', 'security-context-demo', 'print-greeting', 'on-the-node', 'lifecycle-demo']
      await kubectl('wait', '--for=condition=Ready', '--timeout=30s', ...running.map((name) => `pod/${name}`))
      assert.equal(await inPod('redis', 'redis-cli', 'CONFIG', 'GET', 'maxmemory'), 'maxmemory\n2097152')

      assert.equal(await inPod('security-context-demo', 'id', '-u'), '1000')
      assert.equal(await inPod('security-context-demo', 'id', '-g'), '3000')
      const made = 'touch /data/demo/made; stat -c "%u %g" /data/demo/made; stat -c %g /data/demo'
      assert.equal(await inPod('security-context-demo', 'sh', '-c', made), '1000 2000\n2000')

      const greeting = (await kubectl('logs', 'print-greeting')).split('\n')
      assert.equal(greeting[0], '/tmp')
      assert.equal(greeting[1], 'Warm greetings to The Most Honorable Kubernetes, not $(NAME) nor $(NOBODY) two 500')
      const env = await inPod('print-greeting', 'env')
      assert.doesNotMatch(env, /NGINX_|REDIS_/)
      assert.match(await inPod('print-greeting', 'cat', '/etc/hosts'), /^127\.0\.0\.1\tfoo\.local\tbar\.local$/m)
      assert.equal(
        await inPod('print-greeting', 'cat', '/etc/resolv.conf'),
        'search ns1.svc.cluster-domain.example my.dns.search.suffix\nnameserver 10.96.0.10\noptions ndots:2 edns0',
      )
      assert.equal(
        await inPod('print-greeting', 'hostname', '-f'),
        `busybox-1.busybox-subdomain.${namespace}.svc.cluster.local`,
      )

      assert.equal(await inPod('lifecycle-demo', 'cat', '/usr/share/message'), 'Hello from the postStart handler')
      assert.match(await ask(cluster.facts.nodes[1]!.addresses[0], 8080, '/'), /Welcome to nginx/)
      assert.match(await inPod('on-the-node', 'cat', '/etc/resolv.conf'), /^nameserver 10\.96\.0\.10$/m)

      const ended = await eventually('both have ended', async () => {
        const pod = await json<Pod>('get', 'pod', 'termination-demo')
        return pod.status!.phase === 'Failed' && pod
      })
      assert.deepEqual(
        ended.status!.containerStatuses!.map(({ state }) => [state!.terminated!.message, state!.terminated!.exitCode]),
        // By name, as a kubelet tells them.
        [
          ['the last words\n', 3],
          ['Sleep expired\n', 0],
        ],
      )
      const shared = await eventually('the page of the other container', async () =>
        inPod('two-containers -c nginx-container', 'wget', '-qO-', 'http://localhost'),
      )
      assert.equal(shared, 'Hello from the debian container')
      assert.match(await kubectl('get', 'pod', 'two-containers'), /1\/2\s+NotReady/)

      // Twice, so that it has to wait before the third time.
      const crashing = await eventually(
        'the one that is not alive is started again, and waits',
        async () => {
          const [status] = (await json<Pod>('get', 'pod', 'liveness-exec')).status!.containerStatuses!
          return status!.state!.waiting?.reason === 'CrashLoopBackOff' && status
        },
        30_000,
      )
      assert.equal(crashing.lastState!.terminated!.exitCode, 137)
      assert.match(await kubectl('get', 'rc', 'nginx'), /nginx\s+2\s+2\s+2/)
      // What ended counts for no quota; whoever says nothing of memory has the namespace's default.
      const used = await eventually('the quota has seen all ends', async () => {
        const text = await kubectl('get', 'resourcequota', '-o', 'jsonpath={.items[0].status.used}')
        return text.includes('"pods":"9"') && text
      })
      assert.deepEqual(JSON.parse(used), { 'limits.memory': '1280Mi', pods: '9' })
      const more = await cluster.kubectl.try('-n', namespace, 'run', 'x', '--image=busybox', '--overrides', TOO_MUCH)
      assert.match(more.stderr, /exceeded quota: pods-and-memory, requested: limits\.memory=8Gi/)
    },
  )

  manifest(
    'workloads/api-reader.yaml',
    'a program reads the API by its ServiceAccount’s token, and what its Role does not have is forbidden',
    async (reader) => {
      await reader.allReady()
      const port = await reader.nodePort('reader')
      const node = cluster.facts.nodes[0]!.addresses[0]
      assert.match(await ask(node, port, '/pods'), /^reader-/)
      assert.equal(
        await ask(node, port, '/secrets'),
        'secrets is forbidden: User "system:serviceaccount:api-reader:reader" cannot list resource "secrets" in API group "" in the namespace "api-reader"',
      )
      const token = await reader.inPod('deploy/reader', 'cat', '/var/run/secrets/tokens/vault-token')
      const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { aud: string[] }
      assert.deepEqual(claims.aud, ['vault'])
    },
  )

  manifest(
    'apps/kompose.yaml',
    'a List as kompose writes it, with empty statuses and times that are null, applies, and answers in its network alone',
    async (app) => {
      await app.rolledOut()
      const fetched = await eventually('nginx listens', async () => {
        const { status, stdout } = await app.try(
          'exec',
          'deploy/cache',
          '--',
          'timeout',
          '2',
          'wget',
          '-qO-',
          'http://web:8080',
        )
        return status === 0 && stdout
      })
      assert.match(fetched, /Welcome to nginx/)
      // Its NetworkPolicy lets in whoever is of the network `default` of the compose file, and nobody from outside.
      const address = await app.externalAddress('web')
      assert.equal(await isOpen(address, 8080), false)
      await app.kubectl('delete', 'networkpolicy', 'app-default')
      assert.match(await eventually('it is open', () => ask(address, 8080, '/').catch(() => '')), /Welcome to nginx/)
      assert.equal(await app.inPod('deploy/web', 'hostname'), 'web')
      const cache = await app.kubectl(
        'get',
        'pods',
        '-l',
        'io.kompose.service=cache',
        '-o',
        'jsonpath={.items[0].status.podIP}',
      )
      assert.ok((await app.inPod('deploy/web', 'nslookup', `cache.${app.namespace}.svc.cluster.local`)).includes(cache))
    },
  )

  manifest(
    'services/network-spec.yaml',
    'the pods of Kubernetes’ own networking tests dial each other by pod, Service and node, over TCP and UDP',
    async (spec) => {
      await spec.kubectl('wait', '--for=condition=Ready', '--timeout=30s', 'pods', '--all')
      const { items } = await spec.json<{ items: Pod[] }>('get', 'pods', '-l', 'selector-nettest=true')
      const servers = items.map(({ metadata }) => metadata!.name!).sort()
      const dialler = await spec.kubectl('get', 'pod', 'test-container-pod', '-o', 'jsonpath={.status.podIP}')
      const dial = async (protocol: string, host: string, port: number, tries: number): Promise<readonly string[]> => {
        const url = `http://${dialler}:9080/dial?request=hostname&protocol=${protocol}&host=${host}&port=${port}&tries=${tries}`
        const answer = await spec.inPod('host-test-container-pod', 'wget', '-qO-', url)
        const { responses, errors } = JSON.parse(answer) as { responses: string[]; errors?: string[] }
        assert.equal(errors, undefined)
        return [...new Set(responses)].sort()
      }
      for (const { metadata, status } of items) {
        assert.deepEqual(await dial('http', status!.podIP!, 8083, 1), [metadata!.name!])
        assert.deepEqual(await dial('udp', status!.podIP!, 8081, 1), [metadata!.name!])
      }
      const service = await spec.kubectl('get', 'service', 'node-port-service', '-o', 'jsonpath={.spec.clusterIP}')
      assert.deepEqual(await dial('http', service, 80, 60), servers)
      assert.deepEqual(await dial('udp', service, 90, 60), servers)
      const [http, udp] = [
        await spec.nodePort('node-port-service', 'http'),
        await spec.nodePort('node-port-service', 'udp'),
      ]
      for (const { addresses } of cluster.facts.nodes) {
        assert.deepEqual(await dial('http', addresses[0], http, 60), servers)
        assert.deepEqual(await dial('udp', addresses[0], udp, 60), servers)
      }
      assert.equal((await dial('http', 'session-affinity-service', 80, 20)).length, 1)
      assert.equal((await dial('udp', 'session-affinity-service', 90, 20)).length, 1)
      // One that has gone is asked no more.
      await spec.kubectl('delete', 'pod', 'netserver-1')
      const left = await eventually('the others alone answer', async () => {
        const names = await dial('http', 'node-port-service', 80, 40)
        return !names.includes('netserver-1') && names
      })
      assert.deepEqual(left, ['netserver-0', 'netserver-2'])
    },
  )
}

const TOO_MUCH = JSON.stringify({
  spec: { containers: [{ name: 'x', image: 'busybox', resources: { limits: { memory: '8Gi' } } }] },
})
