import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Informers } from '#client/informer.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import type { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import { FakeNetwork } from '#kubelet/testing/fake-network.ts'
import { FakeRuntime } from '#kubelet/testing/fake-runtime.ts'
import { NotedFlows } from '#reconciler/testing/noted-flows.ts'
import { network } from '../parts/network/network-part.ts'
import { partsList } from '../parts-list.ts'
import { ProcessSources } from '../process-sources.ts'
import { type AgentNode, nodePart } from '../runner/agent-node.ts'
import { chosenParts } from '../runner/chosen-parts.ts'
import { Parts } from '../runner/parts.ts'
import type { PlaceKernel } from '../runner/place.ts'
import type { SourceName, Sources } from '../sources/sources.ts'
import { fakePlace } from './fake-place.ts'

/** Which of a node's kernel works, as a test has it. */
interface FakeKernelState {
  /** What is thrown where a socket is bound on port 53. */
  dnsRefusal: Error | undefined
  /** Nobody answers queries any more. */
  isDnsSilent: boolean
  dnsSockets: number
}

/** The parts of a node over the API in memory and a kernel in memory; the pods' network alone is another. */
export const fakeNode = (without: readonly SourceName[] = [], kernel: Partial<PlaceKernel> = {}) => {
  const state: FakeKernelState = { dnsRefusal: undefined, isDnsSilent: false, dnsSockets: 0 }
  const nftables = new FakeNftables()
  const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-node-'))
  const here = fakePlace('n1', {
    nftables: () => nftables,
    conntrack: () => new NotedFlows(),
    datagrams: () => {
      if (state.dnsRefusal !== undefined) throw state.dnsRefusal
      state.dnsSockets++
      return { serve() {}, pause() {}, close: () => state.dnsSockets-- } as unknown as DatagramServer
    },
    udp: async () => {
      const socket = new EventEmitter()
      const send = () => void (state.isDnsSilent || setImmediate(() => socket.emit('message', new Uint8Array(12))))
      return Object.assign(socket, { send, close() {} }) as never
    },
    ...kernel,
  })
  const { client, clock } = here
  const abort = new AbortController()
  const informers = new Informers(client, { clock, random: () => 0, signal: abort.signal })
  const all = new ProcessSources({
    client,
    informers,
    runtime: new FakeRuntime(clock),
    dns: { domain: 'cluster.local', addresses: ['10.96.0.10'], nameservers: undefined },
    log: () => {},
  })
  const sources: Partial<Sources> = new Proxy(all, {
    get: (target, name) => (without.includes(name as SourceName) ? undefined : Reflect.get(target, name, target)),
  })
  const podNetwork = nodePart({
    ...network,
    needs: { parts: [], sources: [] },
    start: () => ({
      pods: new FakeNetwork(),
      ready: Promise.resolve(),
      status: () => ({ ready: true, faults: [] }),
      stop() {},
    }),
  })
  const list = partsList.map((part) => (part.name === network.name ? podNetwork : part))
  const node: AgentNode = {
    ...here.place,
    addresses: ['172.30.0.2', 'fd00:30::2'],
    podCidrs: ['10.244.1.0/24', 'fd00:1::/64'],
    stateDir,
    podNamespace: (uid) => `pod-${uid}`,
    cluster: {
      clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
      serviceCidr: ['10.96.0.0/16', 'fd00:10:96::/112'],
      loadBalancerCidr: ['172.30.255.0/24', 'fd00:30:ff::/112'],
      nodePortAddresses: [],
      clusterDns: ['10.96.0.10', 'fd00:10:96::a'],
      clusterDomain: 'cluster.local',
      allowHostAccess: true,
      stateDir: '/nowhere',
    },
  }
  const start = (...asked: readonly string[]): Parts<AgentNode> => {
    const definitions = chosenParts('n1', list, asked, (source) => sources[source] !== undefined)
    return new Parts({ place: node, definitions, sources })
  }
  const discard = (): void => {
    abort.abort()
    rmSync(stateDir, { recursive: true })
  }
  return { ...here, node, nftables, state, start, discard }
}
