import { randomBytes } from 'node:crypto'
import { capabilityData } from '#cni/call/capabilities.ts'
import { podArgs, type Sandbox } from '#cni/call/plugin-call.ts'
import { addressesOf } from '#cni/call/result.ts'
import { CniError } from '#cni/cni-error.ts'
import type { NetworkList } from '#cni/conf/network-list.ts'
import type { Chain } from '#cni/run/chain.ts'
import { hasIpv6 } from '#kernel/namespaces/ipv6.ts'
import { deleteNamespace, isNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { createPodNamespaces, deletePodNamespaces } from '#kernel/namespaces/pod-namespaces.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { Attachment, PodIdentity, PodNetwork } from '#kubelet/pod-network.ts'
import { LOOPBACK_PLAN, POD_LINK } from '#podnetwork/pod-plan.ts'
import { applyNetworkPlan } from '#reconciler/network/apply-network-plan.ts'
import { ID_COUNT } from '#runtime/runtime.ts'
import { type AttachmentRecord, AttachmentRecords, type CniRecord } from '../../attachments/attachment-record.ts'
import { IdRanges } from '../id-ranges.ts'
import { unmetWishes } from './unmet-wishes.ts'

interface CniPodNetworkOptions {
  readonly node: {
    readonly namespace: string
    readonly addresses: readonly string[]
    readonly podCidrs: readonly string[]
  }
  readonly stateDir: string
  readonly podNamespace: (uid: string) => string
  readonly chain: Pick<Chain, 'add' | 'del' | 'check' | 'gc'>
  /** Undefined: nobody can be attached. */
  readonly list: () => NetworkList | undefined
  readonly unready: () => string | undefined
  /** What an attached pod has is not as it was made. */
  readonly onBroken: (pod: PodIdentity, why: string) => void
  readonly log: (message: string, error?: unknown) => void
}

/**
 * The pods of one node whose links plugins make. What was attached before we died is attached; what was half-made, or went
 * with the machine, is told to its plugins as gone.
 */
export class CniPodNetwork implements PodNetwork {
  readonly foreign: NonNullable<PodNetwork['foreign']>
  readonly #options: CniPodNetworkOptions
  readonly #records: AttachmentRecords
  readonly #attached = new Map<string, AttachmentRecord>()
  /** Its plugins have something of it, or may have; nobody uses it. */
  readonly #halfMade = new Map<string, AttachmentRecord>()
  /** What is done for a pod at present: one thing after the other. */
  readonly #work = new Map<string, Promise<unknown>>()
  readonly #ids = new IdRanges()
  /** Nobody is attached while plugins free what is nobody's: they would free that too. */
  #gate: Promise<unknown> = Promise.resolve()

  constructor(options: CniPodNetworkOptions) {
    this.#options = options
    this.foreign = { unready: options.unready }
    this.#records = new AttachmentRecords(`${options.stateDir}/attachments`)
    for (const record of this.#records.read()) {
      const stands = record.state === 'attached' && this.#stands(record)
      ;(stands ? this.#attached : this.#halfMade).set(record.uid, record)
    }
  }

  attach(pod: PodIdentity): Promise<Attachment> {
    return this.#inTurn(pod.uid, async () => {
      const known = this.#attached.get(pod.uid)
      if (known !== undefined) return toAttachment(known)
      // What a try before has left stands in no other's way.
      await this.#free(pod.uid).catch((error: unknown) => this.#setAside(pod.uid, error))
      const firstId = pod.ownUsers ? await this.#ids.take(this.#records.pathOf(pod.uid)) : undefined
      await this.#gate
      return await this.#make(pod, firstId)
    })
  }

  detach(uid: string): Promise<void> {
    return this.#inTurn(uid, async () => {
      await this.#free(uid)
      for (const aside of [...this.#halfMade.values()].filter(({ pod }) => pod.uid === uid)) await this.#free(aside.uid)
    })
  }

  async list(): Promise<readonly Attachment[]> {
    return [...this.#attached.values()].map(toAttachment)
  }

  /** Tries again to take away what could not be. Never rejects. */
  async settle(): Promise<void> {
    for (const [key, { pod }] of [...this.#halfMade]) {
      const { uid } = pod
      const log = (error: unknown): void =>
        this.#options.log(`what is left of pod ${pod.namespace}/${pod.name} (${uid}) cannot be taken away yet`, error)
      await this.#inTurn(uid, () => (this.#attached.has(key) ? Promise.resolve() : this.#free(key))).catch(log)
    }
  }

  /** Has plugins free what is none of the pods that they have here. Never rejects. */
  collect(list: NetworkList): Promise<void> {
    const collected = this.#gate.then(async () => {
      const known = [...this.#attached.values(), ...this.#halfMade.values()].flatMap(({ cni }) => cni ?? [])
      const valid = known.map(({ containerId }) => ({ containerId, ifName: POD_LINK }))
      const faults = await this.#options.chain.gc(list, valid)
      for (const fault of faults) this.#options.log(`what is nobody's in the network ${list.name} is not freed`, fault)
    })
    this.#gate = collected.catch(() => undefined)
    return collected
  }

  /** Asks plugins whether all that is attached is as they have made it, one pod after the other. Never rejects. */
  async check(): Promise<void> {
    for (const { uid } of [...this.#attached.values()])
      await this.#inTurn(uid, async () => {
        const record = this.#attached.get(uid)
        const { cni } = record ?? {}
        if (record === undefined || cni?.result === undefined) return
        await this.#options.chain
          .check(cni.list, sandboxOf(record, cni), cni.result)
          .catch((error: Error) => this.#options.onBroken(record.pod, error.message))
      })
  }

  #inTurn<T>(uid: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#work.get(uid) ?? Promise.resolve()).then(work)
    const settled = mine.then(
      () => undefined,
      () => undefined,
    )
    this.#work.set(uid, settled)
    void settled.then(() => this.#work.get(uid) === settled && this.#work.delete(uid))
    return mine
  }

  async #make(pod: PodIdentity, firstId: number | undefined): Promise<Attachment> {
    const { node, podNamespace, list, unready, chain } = this.#options
    const network = pod.hostNetwork ? undefined : list()
    if (!pod.hostNetwork && network === undefined) throw sandboxError('CNI_PLUGIN_FAILED', unready() ?? '')
    const directory = this.#directory(pod.uid)
    const namespaces = {
      network: pod.hostNetwork ? node.namespace : namespacePath(podNamespace(pod.uid)),
      ipc: `${directory}/ipc`,
      uts: `${directory}/uts`,
      ...(firstId !== undefined && { user: { path: `${directory}/user`, firstId } }),
    }
    const cni: CniRecord | undefined = network && {
      containerId: randomBytes(32).toString('hex'),
      list: network,
      capabilities: capabilityData(pod.wishes ?? {}, hasIpv6() ? node.podCidrs : node.podCidrs.filter(isIpv4)),
    }
    const addresses = hasIpv6() ? node.addresses : node.addresses.filter(isIpv4)
    const prepared: AttachmentRecord = {
      uid: pod.uid,
      pod,
      addresses,
      namespaces,
      state: 'prepared',
      ...(cni && { cni }),
    }
    this.#keep(this.#halfMade, prepared)
    try {
      const users = firstId === undefined ? undefined : { firstId, count: ID_COUNT }
      const made = { hostname: pod.hostname, users }
      if (cni === undefined) createPodNamespaces(directory, { ...made, networkPath: namespaces.network })
      else {
        createPodNamespaces(directory, { ...made, networkName: podNamespace(pod.uid) })
        raiseLoopback(namespaces.network)
      }
    } catch (cause) {
      await this.#giveUp(prepared)
      throw cause
    }
    const attached = cni === undefined ? prepared : await this.#connect(prepared, cni, chain)
    this.#halfMade.delete(pod.uid)
    this.#keep(this.#attached, { ...attached, state: 'attached' })
    const unmet = network && pod.wishes ? unmetWishes(pod.wishes, network) : []
    return { ...toAttachment(attached), ...(unmet.length > 0 && { unmet }) }
  }

  /** Has the plugins attach it. What a chain that fails has made is taken away. */
  async #connect(record: AttachmentRecord, cni: CniRecord, chain: Pick<Chain, 'add'>): Promise<AttachmentRecord> {
    const { containerId } = cni
    try {
      const result = await chain.add(cni.list, sandboxOf(record, cni)).catch((cause: CniError) => {
        const plugins = cni.list.plugins.slice(0, cause.called)
        this.#keep(this.#halfMade, { ...record, cni: { ...cni, list: { ...cni.list, plugins } } })
        const why = `failed to setup network for sandbox "${containerId}": ${cause.message}`
        throw sandboxError('CNI_PLUGIN_FAILED', why, cause)
      })
      const connected = { ...record, addresses: addressesOf(result, POD_LINK), cni: { ...cni, result } }
      if (connected.addresses.length > 0) return connected
      // So that its DEL has it.
      this.#keep(this.#halfMade, connected)
      throw sandboxError('CNI_NO_ADDRESS', `failed to find network info for sandbox "${containerId}"`)
    } catch (error) {
      await this.#giveUp(this.#halfMade.get(record.uid) ?? record)
      throw error
    }
  }

  async #giveUp({ uid, pod }: AttachmentRecord): Promise<void> {
    // Kept where it fails: the next attach, a detach or settle() take it away.
    await this.#free(uid).catch((error: unknown) =>
      this.#options.log(`pod ${pod.namespace}/${pod.name}: what was half-made stays for now`, error),
    )
  }

  /** DEL first: plugins want to see the namespace. Rejects where one of them does not let go. */
  async #free(uid: string): Promise<void> {
    const record = this.#attached.get(uid) ?? this.#halfMade.get(uid)
    if (record === undefined) return
    const { cni } = record
    this.#attached.delete(uid)
    this.#halfMade.set(uid, record)
    if (cni !== undefined) {
      await this.#options.chain.del(cni.list, sandboxOf(record, cni), cni.result).catch((cause: Error) => {
        const why = `failed to destroy network for sandbox "${cni.containerId}": ${cause.message}`
        throw sandboxError('CNI_PLUGIN_FAILED', why, cause)
      })
    }
    this.#release(record)
  }

  /** Keeps what plugins have of a pod for a later try, under a name of its own, and lets all else of it go. */
  #setAside(uid: string, error: unknown): void {
    const record = this.#halfMade.get(uid)
    if (record?.cni === undefined) throw error
    // The pod's next namespace has the same path.
    const namespaces = { ...record.namespaces, network: `${this.#directory(uid)}/gone` }
    const aside = { ...record, uid: `${uid}~${record.cni.containerId.slice(0, 12)}`, namespaces }
    this.#keep(this.#halfMade, aside)
    this.#release(record)
  }

  #release({ uid, pod, namespaces }: AttachmentRecord): void {
    if (!pod.hostNetwork) deleteNamespace(namespaces.network)
    deletePodNamespaces(this.#directory(uid))
    const path = this.#records.pathOf(uid)
    if (namespaces.user !== undefined) this.#ids.free((one) => one === path)
    this.#records.remove(uid)
    this.#halfMade.delete(uid)
  }

  #keep(map: Map<string, AttachmentRecord>, record: AttachmentRecord): void {
    this.#records.write(record)
    map.set(record.uid, record)
  }

  #directory(uid: string): string {
    return `${this.#options.stateDir}/namespaces/${uid}`
  }

  /** Whether what a record says is there; a reboot, or somebody's hand, may have taken it. */
  #stands({ pod, namespaces }: AttachmentRecord): boolean {
    const { network, ipc, uts, user } = namespaces
    if (![network, ipc, uts, ...(user ? [user.path] : [])].every(isNamespace)) return false
    if (pod.hostNetwork) return true
    using rtnetlink = Rtnetlink.open(network)
    return rtnetlink.link(POD_LINK) !== undefined
  }
}

const isIpv4 = (text: string): boolean => !text.includes(':')

/** As others hear it of a container runtime. */
const sandboxError = (code: CniError['code'], why: string, cause?: unknown): CniError =>
  new CniError(code, `rpc error: code = Unknown desc = ${why}`, { cause })

const sandboxOf = ({ pod, namespaces }: AttachmentRecord, { containerId, capabilities }: CniRecord): Sandbox => ({
  containerId,
  netns: isNamespace(namespaces.network) ? namespaces.network : '',
  ifName: POD_LINK,
  args: podArgs(pod, containerId),
  capabilities,
})

const raiseLoopback = (network: string): void => {
  writeSysctls(network, LOOPBACK_PLAN.sysctls)
  using rtnetlink = Rtnetlink.open(network)
  applyNetworkPlan(rtnetlink, LOOPBACK_PLAN)
}

const toAttachment = ({ uid, namespaces, addresses }: AttachmentRecord): Attachment => ({ uid, namespaces, addresses })
