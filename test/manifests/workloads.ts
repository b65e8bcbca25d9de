import assert from 'node:assert/strict'
import type { Job } from '#api/batch/job/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { ask, tally } from '../e2e/echo.ts'
import { eventually } from '../e2e/harness.ts'
import type { World } from './world.ts'

/** Manifests of workloads of every kind, side by side with others. */
export const workloads = ({ manifest, nodeAddresses }: World): void => {
  // The first, since it waits for the next minute while the others run.
  manifest(
    'workloads/cronjob.yaml',
    'a CronJob fires by its schedule, and a Job is made of it by hand',
    async (cron) => {
      const made = await cron.try('create', 'job', 'by-hand', '--from=cronjob/hello')
      // kubectl before 1.21 knows CronJobs as batch/v1beta1 alone, which no cluster serves any more.
      if (made.status !== 0) assert.match(made.stderr, /no kind "CronJob" is registered for version "batch\/v1"/)
      else {
        await cron.kubectl('wait', 'job/by-hand', '--for=condition=Complete', '--timeout=30s')
        assert.match(await cron.kubectl('logs', 'job/by-hand'), /Hello from the Kubernetes cluster/)
      }
      const fired = await eventually(
        'a Job of the schedule',
        async () =>
          (await cron.kubectl('get', 'jobs', '-o', 'name')).split('\n').find((name) => /hello-\d+/.test(name)),
        70_000,
      )
      await cron.kubectl('wait', fired, '--for=condition=Complete', '--timeout=30s')
      assert.match(await cron.kubectl('logs', fired), /Hello from the Kubernetes cluster/)
      assert.match(await cron.kubectl('get', 'cronjob', 'hello', '-o', 'jsonpath={.status.lastSuccessfulTime}'), /^20/)
    },
  )

  manifest(
    'workloads/jobs.yaml',
    'Jobs run to their end: alone, several at a time, indexed, from a queue; and fail as they say',
    async (jobs) => {
      const complete = async (name: string): Promise<Job> => {
        await jobs.kubectl('wait', `job/${name}`, '--for=condition=Complete', '--timeout=60s')
        return await jobs.json<Job>('get', 'job', name)
      }
      const failed = async (name: string): Promise<Job> => {
        await jobs.kubectl('wait', `job/${name}`, '--for=condition=Failed', '--timeout=60s')
        return await jobs.json<Job>('get', 'job', name)
      }
      const reason = ({ status }: Job): string | undefined =>
        status?.conditions?.find(({ type }) => type === 'Failed')?.reason
      await complete('pi')
      assert.match(await jobs.kubectl('logs', 'job/pi'), /^3\.14159265358979/)

      assert.equal((await complete('process-items')).status?.succeeded, 6)
      assert.equal((await jobs.kubectl('logs', '-l', 'job-name=process-items')).match(/Processing item/g)?.length, 6)

      const indexed = await complete('indexed')
      assert.equal(indexed.status?.completedIndexes, '0-2')
      const told = await jobs.kubectl('logs', '-l', 'job-name=indexed', '--tail=-1')
      for (const index of [0, 1, 2])
        for (const other of [0, 1, 2]) assert.match(told, new RegExp(`^index ${index} pinged indexed-${other}$`, 'm'))

      await complete('job-wq-2')
      const worked = await jobs.kubectl('logs', '-l', 'job-name=job-wq-2', '-c', 'c', '--tail=-1')
      for (const item of ['apple', 'banana', 'cherry']) assert.match(worked, new RegExp(`^Working on ${item}$`, 'm'))

      assert.equal(reason(await failed('never')), 'BackoffLimitExceeded')
      assert.equal(reason(await failed('policy')), 'PodFailurePolicy')
    },
  )

  manifest(
    'workloads/daemonset.yaml',
    'a DaemonSet’s exporter answers at each node’s own port, and knows its node by the downward API',
    async (exporter) => {
      await exporter.allReady()
      for (const [index, address] of nodeAddresses().entries()) {
        const metrics = await ask(address, 9100, '/metrics')
        assert.match(metrics, new RegExp(`node="node-${index + 1}",host_ip="${address.replaceAll('.', '\\.')}"`))
      }
      const { items } = await exporter.json<{ items: Pod[] }>('get', 'pods')
      assert.equal(items.length, 3)
      const one = items[0]!.metadata!.name!
      assert.match(
        await exporter.inPod(one, 'cat', '/etc/podinfo/labels'),
        /^app\.kubernetes\.io\/name="node-exporter"$/m,
      )
      assert.equal(await exporter.inPod(one, 'sh', '-c', 'echo $MEMORY_LIMIT $(id -u)'), '96 65534')
      // A node's exporter is replaced by itself, one after the other.
      await exporter.kubectl('set', 'env', 'daemonset/node-exporter', 'EXTRA=1')
      await exporter.allReady()
      const again = await exporter.json<{ items: Pod[] }>('get', 'pods')
      assert.ok(again.items.every(({ metadata }) => metadata!.name !== one))
      for (const address of nodeAddresses())
        assert.match(await eventually('it answers again', () => ask(address, 9100, '/metrics')), /node_uptime_seconds/)
    },
  )

  manifest(
    'workloads/sidecars.yaml',
    'init containers wait and fetch, a sidecar reads the log of its application, and keeps no Job from ending',
    async (app) => {
      await app.allReady()
      assert.match(await app.kubectl('logs', 'deploy/myapp', '-c', 'init-mydb'), /mydb\.sidecars\.svc\.cluster\.local/)
      await eventually('the sidecar has read something', async () =>
        /logging/.test(await app.kubectl('logs', 'deploy/myapp', '-c', 'logshipper')),
      )
      assert.equal(await app.inPod('deploy/myapp -c myapp', 'wget', '-qO-', 'http://myapp'), 'mydb')
      const { items } = await app.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=myapp')
      const state = items[0]!.status!
      assert.deepEqual(
        state.initContainerStatuses!.map(({ name, started }) => [name, started]),
        [
          ['init-mydb', false],
          ['install', false],
          ['logshipper', true],
        ],
      )
      await app.kubectl('wait', 'job/myjob', '--for=condition=Complete', '--timeout=60s')
      const finished = await app.json<{ items: Pod[] }>('get', 'pods', '-l', 'job-name=myjob')
      assert.equal(finished.items[0]!.status!.phase, 'Succeeded')
      assert.ok(finished.items[0]!.status!.initContainerStatuses![0]!.state!.terminated)
    },
  )

  manifest(
    'workloads/rolling.yaml',
    'a Deployment of another version takes over without a failed request, and goes back',
    async (web) => {
      await web.allReady()
      const port = await web.nodePort('web')
      const [node] = nodeAddresses()
      const answers: Record<string, number> = {}
      const client = new AbortController()
      const asking = (async () => {
        while (!client.signal.aborted) {
          const answer = await ask(node!, port, '/').then(
            (text) => text.trim(),
            (error: Error) => error.message,
          )
          answers[answer] = (answers[answer] ?? 0) + 1
        }
      })()
      await web.kubectl('set', 'env', 'deployment/web', 'VERSION=v2')
      await web.kubectl('annotate', 'deployment/web', 'kubernetes.io/change-cause=second')
      await web.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
      await eventually(
        'only the new version answers',
        async () => Object.keys(await tally(10, () => ask(node!, port, '/'))).join() === 'v2\n',
      )
      client.abort()
      await asking
      assert.deepEqual(Object.keys(answers).sort(), ['v1', 'v2'], JSON.stringify(answers))
      const history = await web.kubectl('rollout', 'history', 'deployment/web')
      assert.match(history, /1\s+first/)
      assert.match(history, /2\s+second/)
      await web.kubectl('rollout', 'undo', 'deployment/web')
      await web.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
      await eventually('the first version answers', async () => (await ask(node!, port, '/')) === 'v1\n')
      // The documentation's own slip of the pen: a version that nobody can fetch takes nobody's place.
      await web.kubectl('set', 'image', 'deployment/web', 'web=nginx:1.161')
      const why = await eventually('the image is not to be had', async () => {
        const { items } = await web.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=web')
        return items
          .map(({ status }) => status!.containerStatuses?.[0]?.state?.waiting)
          .find((waiting) => waiting?.reason === 'ImagePullBackOff')
      })
      assert.match(why.message!, /^Back-off pulling image "nginx:1\.161"/)
      assert.equal(await ask(node!, port, '/'), 'v1\n')
      await web.kubectl('rollout', 'undo', 'deployment/web')
      await web.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
      const pdb = await web.kubectl('get', 'pdb', 'web', '-o', 'jsonpath={.status.disruptionsAllowed}')
      assert.equal(pdb, '1')
    },
  )

  manifest(
    'workloads/helm-chart.yaml',
    'what helm template writes of a hardened chart runs as it says: a user of its own, no rights, nothing to write to',
    async (chart) => {
      await chart.allReady()
      const pod = 'deploy/release-name-web'
      assert.equal(await chart.inPod(pod, 'id', '-u'), '1001')
      assert.match(await chart.inPod(pod, 'wget', '-qO-', 'http://release-name-web'), /^served by release-name-web-/)
      assert.match((await chart.try('exec', pod, '--', 'touch', '/usr/x')).stderr, /Read-only file system/)
      const status = await chart.inPod(pod, 'cat', '/proc/self/status')
      assert.match(status, /^CapEff:\s+0+$/m)
      assert.match(status, /^NoNewPrivs:\s+1$/m)
      assert.equal(await chart.inPod(pod, 'sh', '-c', 'echo $GREETING $(cat /tmp/nginx.pid)'), 'hello 1')
      assert.equal((await chart.try('exec', pod, '--', 'ls', '/var/run/secrets')).status, 1)
      const nodes = await chart.kubectl('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}')
      assert.equal(new Set(nodes.split(' ')).size, 2)
    },
  )
}
