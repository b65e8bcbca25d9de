import type { Event } from '#api/core/event/message.ts'
import { deployment } from './echo.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const cluster = withCluster('changes', ['--nodes', '2'])
const status = () => run(FAIRLEAD, ['status', '--name', 'changes'])

claim('a link or a route that somebody takes away is told by status and by an Event, and put back', async (assert) => {
  await cluster.kubectl.apply(deployment('web', { replicas: 1 }))
  await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')
  const { items } = await cluster.json<{ items: { metadata: { name: string }; spec: { nodeName: string } }[] }>(
    'get',
    'pods',
  )
  const [{ metadata, spec } = { metadata: { name: '' }, spec: { nodeName: '' } }] = items
  assert.match((await status()).stdout, /^cluster changes: healthy/)
  const links = (await cluster.onNode(spec.nodeName, 'ip', '-br', 'link')).stdout
  const link = /^fl-[^@\s]+/m.exec(links)?.[0] ?? ''
  // The agents look by themselves too, now and then: before that, status has to see it once.
  const told = await eventually('status says so', async () => {
    await cluster.onNode(spec.nodeName, 'ip', 'link', 'set', link, 'down')
    await cluster.onNode(spec.nodeName, 'ip', 'route', 'delete', 'default')
    const outcome = await status()
    return outcome.status === 1 && outcome.stdout
  })
  assert.match(told, /^cluster changes: not healthy/)
  assert.match(told, new RegExp(`network: ${spec.nodeName}: route 0.0.0.0/0 is missing; put right`))
  assert.match(
    told,
    new RegExp(`network: ${spec.nodeName}, pod default/${metadata.name}: link ${link} is down.*; put right`),
  )
  const after = await status()
  assert.equal(after.status, 0)
  assert.match(after.stdout, /^cluster changes: healthy/)
  assert.match((await cluster.onNode(spec.nodeName, 'ip', '-br', 'link', 'show', link)).stdout, /UP/)
  assert.match((await cluster.onNode(spec.nodeName, 'ip', 'route', 'show', 'default')).stdout, /^default via/)
  const events = await eventually('Events', async () => {
    const found = (await cluster.json<{ items: Event[] }>('get', 'events')).items.filter(
      ({ reason }) => reason === 'NetworkMended',
    )
    return found.length >= 2 && found
  })
  const about = events.map(({ involvedObject }) => `${involvedObject.kind} ${involvedObject.name}`).sort()
  assert.deepEqual(about, [`Node ${spec.nodeName}`, `Pod ${metadata.name}`])
})

claim('what nobody asks about is put back all the same, within seconds', async (assert) => {
  await cluster.onNode('node-1', 'ip', 'link', 'set', 'eth0', 'down')
  await eventually('the uplink is up', async () => {
    const { stdout } = await cluster.onNode('node-1', 'ip', '-br', 'link', 'show', 'eth0')
    return /UP/.test(stdout)
  })
  assert.match((await cluster.onNode('node-1', 'ip', 'route', 'show', 'default')).stdout, /^default via/)
})

claim('rules that somebody takes away are told by status, and put back on the way', async (assert) => {
  const rules = async (table: string, onNode: string) =>
    (await cluster.onNode(onNode, 'nft', '-s', 'list', 'table', 'ip', table)).stdout
  const held = await rules('fairlead', 'node-2')
  assert.match(held, /10\.96\.0\.10/)
  const told = await eventually('status says so', async () => {
    await cluster.onNode('node-2', 'nft', 'flush', 'map', 'ip', 'fairlead', 'frontends')
    const outcome = await status()
    return outcome.status === 1 && outcome.stdout
  })
  assert.match(told, /^cluster changes: not healthy/)
  assert.match(told, /^network: node-2: the tables of Services are not as they were made; put right$/m)
  assert.deepEqual((await rules('fairlead', 'node-2')).split('\n').sort(), held.split('\n').sort())
  // The DNS server of node-1 was cut off a moment ago, and says so until it has been asked again.
  await eventually('all is well', async () => (await status()).status === 0)
})
