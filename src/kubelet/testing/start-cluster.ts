import { afterEach } from 'node:test'
import type { Clock } from '#clock/clock.ts'
import type { KubeletOptions } from '../kubelet.ts'
import { FakeCluster } from './fake-cluster.ts'

const started: FakeCluster[] = []
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.close()
})

/** A cluster with its kubelet for one test. It ends with it: what it still had to do would be done beside the next. */
export const startCluster = async (clock?: Clock, options: Partial<KubeletOptions> = {}): Promise<FakeCluster> => {
  const cluster = new FakeCluster(clock)
  started.push(cluster)
  await cluster.start(options)
  return cluster
}
