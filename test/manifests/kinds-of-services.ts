import assert from 'node:assert/strict'
import type { Pod } from '#api/core/pod/message.ts'
import { addressOf, ask } from '../e2e/echo.ts'
import { eventually } from '../e2e/harness.ts'
import type { World } from './world.ts'

/** Manifests of names and kinds of Services, side by side with others. */
export const kindsOfServices = ({ manifest }: World): void => {
  manifest(
    'services/stateful-names.yaml',
    'each pod of a StatefulSet has its name in DNS, and keeps it when it is replaced',
    async (web) => {
      await web.allReady()
      const page = (host: string): Promise<string> =>
        web.inPod('web-0', 'timeout', '5', 'wget', '-qO-', `http://${host}`)
      for (const ordinal of [0, 1, 2]) {
        const whole = `web-${ordinal}.nginx.${web.namespace}.svc.cluster.local`
        assert.equal(await page(`web-${ordinal}.nginx`), whole)
        assert.equal(await page(whole), whole)
      }
      const before = await web.kubectl('get', 'pod', 'web-1', '-o', 'jsonpath={.status.podIP}')
      await web.kubectl('delete', 'pod', 'web-1')
      const after = await eventually('another web-1 has an address', async () => {
        const address = await web.kubectl('get', 'pod', 'web-1', '-o', 'jsonpath={.status.podIP}')
        return address !== before && address
      })
      assert.match(
        await eventually('the name leads to the new pod', async () => {
          const answer = await web.inPod('web-0', 'nslookup', `web-1.nginx.${web.namespace}.svc.cluster.local`)
          return answer.includes(after) && answer
        }),
        /Address/,
      )
      assert.match(await page('web-1.nginx'), /^web-1\./)
    },
  )

  manifest(
    'services/kinds.yaml',
    'one application behind Services of every kind answers as each of them says',
    async (app) => {
      await app.allReady()
      await app.kubectl('wait', 'pod/client', '--for=condition=Ready', '--timeout=20s')
      const get = (url: string): Promise<string> => app.inPod('client', 'timeout', '5', 'wget', '-qO-', url)
      const { items } = await app.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=netexec')
      const pods = items.map(({ metadata }) => metadata!.name!).sort()

      const dialled = async (query: string): Promise<readonly string[]> => {
        const answer = JSON.parse(await get(`http://several/dial?${query}`)) as {
          responses: string[]
          errors?: string[]
        }
        assert.equal(answer.errors, undefined)
        return answer.responses
      }
      // The upstream way to ask: a pod dials the others.
      assert.deepEqual(
        [...new Set(await dialled('request=hostname&protocol=http&host=several&port=8000&tries=60'))].sort(),
        pods,
      )
      assert.deepEqual(
        [...new Set(await dialled('request=hostname&protocol=udp&host=several&port=90&tries=60'))].sort(),
        pods,
      )

      const balanced = await app.externalAddress('balanced')
      assert.equal(addressOf(await eventually('an answer', () => ask(balanced, 80, '/clientip'))), '172.30.0.1')

      const stuck = new Set<string>()
      for (let round = 0; round < 10; round++) stuck.add(await get('http://sticky/hostname'))
      assert.equal(stuck.size, 1)

      assert.ok(pods.includes(await get('http://elsewhere/hostname')))
      assert.match(
        await app.inPod('client', 'nslookup', '-type=cname', `elsewhere.${app.namespace}.svc.cluster.local`),
        /several\./,
      )

      const [six, four] = (await app.kubectl('get', 'service', 'both', '-o', 'jsonpath={.spec.clusterIPs[*]}')).split(
        ' ',
      )
      for (const address of [`[${six}]`, four]) assert.ok(pods.includes(await get(`http://${address}/hostname`)))
      const agnhost = ['python3', '/usr/lib/programs/agnhost.py']
      assert.equal(await app.inPod('client', ...agnhost, 'connect', `[${six}]:80`), '')
      // kubectl may say something of its own before: that it knew no stream yet for the server's first, empty word.
      assert.match((await app.try('exec', 'client', '--', ...agnhost, 'connect', `${four}:81`)).stderr, /^REFUSED$/m)
      assert.match(
        await app.inPod('client', ...agnhost, 'dns-suffix'),
        new RegExp(`^${app.namespace}\\.svc\\.cluster\\.local,svc\\.cluster\\.local`),
      )
    },
  )
}
