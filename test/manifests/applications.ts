import assert from 'node:assert/strict'
import type { RequestOptions } from 'node:https'
import { get } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Pod } from '#api/core/pod/message.ts'
import { ask } from '../e2e/echo.ts'
import { eventually } from '../e2e/harness.ts'
import { post, type World } from './world.ts'

/** Manifests of applications of several parts, side by side with others. */
export const applications = ({ manifest, nodeAddresses }: World): void => {
  manifest(
    'apps/guestbook.yaml',
    'the guestbook: what is written through its load balancer goes to the leader, and is read from both followers',
    async (guestbook) => {
      await guestbook.allReady()
      const address = await guestbook.externalAddress('frontend')
      assert.match(await ask(address, 80, '/'), /Guestbook/)
      assert.match(await ask(address, 80, '/guestbook.php?cmd=set&key=messages&value=hello'), /Updated/)
      const read = await eventually('a follower has it', async () => {
        const answer = await ask(address, 80, '/guestbook.php?cmd=get&key=messages')
        return answer.includes('hello') && answer
      })
      assert.deepEqual(JSON.parse(read), { data: 'hello' })
      const { items } = await guestbook.json<{ items: Pod[] }>('get', 'pods', '-l', 'role=follower')
      assert.equal(items.length, 2)
      for (const { metadata } of items) {
        const redis = (...words: readonly string[]) => guestbook.inPod(metadata!.name!, 'redis-cli', ...words)
        await eventually('this follower has it too', async () => (await redis('get', 'messages')) === 'hello')
        assert.match(await redis('info', 'replication'), /master_link_status:up/)
      }
    },
  )

  manifest(
    'apps/voting-app.yaml',
    'the voting app: a vote at any node’s port goes through queue, worker and database to the result',
    async (app) => {
      await app.allReady()
      const [one, two, three] = nodeAddresses()
      assert.match(await ask(one!, 31000, '/'), /Cats vs Dogs!/)
      const voters = { ann: [one, 'a'], bob: [two, 'a'], eve: [three, 'b'] } as const
      for (const [voter, [address, vote]] of Object.entries(voters))
        await post(`http://${address}:31000/`, { voter, vote })
      const result = (wanted: string) =>
        eventually(`the result is ${wanted}`, async () => (await ask(two!, 31001, '/')).trim() === wanted && wanted)
      assert.equal(await result('{"a": 2, "b": 1}'), '{"a": 2, "b": 1}')
      // Who votes again changes their mind.
      await post(`http://${three}:31000/`, { voter: 'ann', vote: 'b' })
      assert.equal(await result('{"a": 1, "b": 2}'), '{"a": 1, "b": 2}')
      assert.match(await app.kubectl('logs', 'deploy/worker'), /Processing vote for 'b' by 'ann'/)
    },
  )

  interface Shop {
    readonly service: string
    readonly cart?: Readonly<Record<string, string>>
    readonly [called: string]: unknown
  }

  manifest(
    'apps/shop.yaml',
    'the shop: its front end reaches nine services by name, by whole name and by environment, each as a user without rights',
    async (shop) => {
      await shop.allReady()
      const address = await shop.externalAddress('frontend-external')
      const page = JSON.parse(await ask(address, 80, '/', 10_000)) as Record<string, Shop>
      const services = new Set<string>()
      const collect = (one: Shop): void => {
        services.add(one.service)
        for (const other of Object.values(one))
          if (typeof other === 'object' && 'service' in other!) collect(other as Shop)
      }
      collect(page as unknown as Shop)
      assert.deepEqual(
        [...services].sort(),
        (await shop.kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].metadata.name}'))
          .split(' ')
          .filter((name) => name !== 'redis-cart'),
      )
      await shop.inPod(
        'deploy/frontend',
        'wget',
        '-qO-',
        '--post-data=user=ann&product=tea',
        'http://cartservice:7070/',
      )
      const filled = await shop.inPod('deploy/checkoutservice', 'wget', '-qO-', 'http://cartservice:7070/?user=ann')
      assert.deepEqual((JSON.parse(filled) as Shop).cart, { tea: '1' })
      assert.equal(await shop.inPod('deploy/frontend', 'id', '-u'), '1000')
      assert.match((await shop.try('exec', 'deploy/frontend', '--', 'touch', '/etc/x')).stderr, /Read-only file system/)
      assert.match(await shop.inPod('deploy/frontend', 'env'), /^AD_SERVICE_ADDR=10\.96\.\d+\.\d+:9555$/m)
    },
  )

  /** One answer by TLS, from somebody whose certificate is as it should be. */
  const askSecurely = (options: RequestOptions): Promise<string> =>
    new Promise((resolve, reject) => {
      get({ ...options, agent: false }, (answer) => resolve(text(answer))).on('error', reject)
    })

  manifest(
    'apps/nginx-tls.yaml',
    'nginx with its configuration, pages, key and certificate from the API: it answers by TLS, passes on, and shows new pages',
    async (site) => {
      await site.allReady()
      const secret = await site.kubectl('get', 'secret', 'nginx-tls', '-o', 'jsonpath={.data.tls\\.crt}')
      const certificate = Buffer.from(secret, 'base64').toString()
      const [http, https] = [await site.nodePort('nginx', 'http'), await site.nodePort('nginx', 'https')]
      const node = nodeAddresses()[0]!
      const secure = (path: string): Promise<string> =>
        askSecurely({ host: node, port: https, path, servername: 'nginx', ca: certificate, timeout: 5_000 })
      assert.match(await secure('/'), /From a ConfigMap/)
      assert.match(await secure('/app/hostname'), /^echo-/)
      assert.ok((await secure('/pixel.gif')).startsWith('GIF89a'))
      const plain = await fetch(`http://${node}:${http}/x`, { redirect: 'manual' })
      assert.equal(plain.status, 301)
      await site.kubectl('patch', 'configmap', 'pages', '-p', '{"data":{"index.html":"<h1>New</h1>"}}')
      const fresh = await eventually(
        'the new page',
        async () => {
          const pages = await Promise.all([1, 2, 3, 4, 5, 6].map(() => secure('/')))
          return pages.every((page) => page.includes('New')) && pages[0]
        },
        30_000,
      )
      assert.match(fresh, /New/)
    },
  )
}
