import { connect, type Socket } from 'node:net'
import type { Attachment, Dialer, PodIdentity, PodNetwork } from '../pod-network.ts'

/** Addresses without links. */
export class FakeNetwork implements PodNetwork {
  readonly attached = new Map<string, Attachment>()
  readonly asked: PodIdentity[] = []
  #next = 5
  fault: Error | undefined

  async attach(pod: PodIdentity): Promise<Attachment> {
    if (this.fault !== undefined) throw this.fault
    const host = this.#next++
    const attachment = this.attached.get(pod.uid) ?? {
      uid: pod.uid,
      namespaces: { network: `/run/netns/${pod.uid}`, ipc: `/ipc/${pod.uid}`, uts: `/uts/${pod.uid}` },
      addresses: pod.hostNetwork ? [] : [`10.244.1.${host}`, `fd00:10:244:1::${host.toString(16)}`],
    }
    this.attached.set(pod.uid, attachment)
    this.asked.push(pod)
    return attachment
  }

  async detach(uid: string): Promise<void> {
    this.attached.delete(uid)
  }

  async list(): Promise<readonly Attachment[]> {
    return [...this.attached.values()]
  }
}

/** Whatever pod is asked for, this machine's loopback answers. */
export const loopbackDialer: Dialer = {
  connect: (_address: string, port: number): Socket => connect(port, '127.0.0.1'),
}
