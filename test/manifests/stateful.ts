import assert from 'node:assert/strict'
import type { Pod } from '#api/core/pod/message.ts'
import { ask } from '../e2e/echo.ts'
import { eventually } from '../e2e/harness.ts'
import { post, type World } from './world.ts'

/** Manifests that keep something, side by side with others. */
export const stateful = ({ manifest }: World): void => {
  manifest(
    'apps/wordpress.yaml',
    'WordPress keeps its posts in a database and its uploads in a claim, over the end of both pods',
    async (blog) => {
      await blog.allReady()
      const address = await blog.externalAddress('wordpress')
      assert.match(await ask(address, 80, '/wp-admin/install.php'), /Installation/)
      await post(`http://${address}/posts`, { title: 'first', content: 'hello' })
      assert.equal(await post(`http://${address}/uploads/a.txt`, { content: 'a file' }), 'a file')
      assert.equal(await blog.inPod('deploy/wordpress-mysql', 'mysqladmin', 'ping'), 'alive')
      assert.equal(await blog.inPod('deploy/wordpress-mysql', 'stat', '-c', '%U', '/var/lib/mysql'), 'mysql')
      await blog.kubectl('delete', 'pods', '-l', 'app=wordpress')
      await blog.allReady()
      const posts = await eventually('the posts', async () => {
        const text = await ask(address, 80, '/posts')
        return text.startsWith('{') && text
      })
      assert.deepEqual(JSON.parse(posts), { first: 'hello' })
      assert.equal(await ask(address, 80, '/uploads/a.txt'), 'a file')
      assert.match(await blog.kubectl('get', 'pvc'), /mysql-pv-claim\s+Bound\s+pvc-\S+\s+20Gi\s+RWO/)
    },
  )

  manifest(
    'apps/zookeeper.yaml',
    'an ensemble of ZooKeeper’s shape: one pod a node, names for one another, one leader, and values that outlive its pods',
    async (zoo) => {
      await zoo.allReady()
      const ask = (pod: string, ...words: readonly string[]): Promise<string> => zoo.inPod(pod, 'zkCli.sh', ...words)
      const pods = ['zk-0', 'zk-1', 'zk-2']
      const modes = () =>
        eventually(
          'a leader, whom the others follow',
          async () => {
            const all = (await Promise.all(pods.map((pod) => ask(pod, 'srvr')))).toSorted()
            return all.join() === 'Mode: follower,Mode: follower,Mode: leader' && all
          },
          60_000,
        )
      assert.deepEqual(await modes(), ['Mode: follower', 'Mode: follower', 'Mode: leader'])
      const { items } = await zoo.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=zk')
      assert.equal(new Set(items.map(({ spec }) => spec!.nodeName)).size, 3)
      for (const [ordinal, pod] of pods.entries()) {
        assert.equal(await zoo.inPod(pod, 'cat', '/var/lib/zookeeper/data/myid'), `${ordinal + 1}`)
        assert.equal(await zoo.inPod(pod, 'hostname', '-f'), `${pod}.zk-hs.zookeeper.svc.cluster.local`)
      }
      assert.equal(await zoo.inPod('zk-0', 'id', '-u'), '1000')
      assert.equal(await ask('zk-0', 'create', '/hello', 'world'), 'Created /hello')
      for (const pod of pods)
        await eventually(`${pod} has it`, async () => (await ask(pod, 'get', '/hello')) === 'world')
      // One at a time may be asked to go; each comes back to its claim.
      assert.match(await zoo.kubectl('get', 'pdb', 'zk-pdb'), /zk-pdb\s+N\/A\s+1\s+1\s/)
      await zoo.kubectl('delete', 'pod', ...pods)
      await zoo.allReady()
      await modes()
      for (const pod of pods) assert.equal(await ask(pod, 'get', '/hello'), 'world')
      assert.match(await zoo.kubectl('get', 'pvc'), /datadir-zk-2\s+Bound\s+pvc-\S+\s+10Gi\s+RWO/)
    },
  )
}
