import { type Protocol, protocolOfNumber } from '#net/port-protocol.ts'
import { inetText } from '../inet.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import { NETLINK_NETFILTER, NFGENMSG_LENGTH, NFNLGRP_CONNTRACK_NEW } from '../netlink/netfilter-numbers.ts'
import { NetlinkListener } from '../netlink/netlink-listener.ts'
import { readAttributes, viewOf } from '../netlink/netlink-message.ts'
import { CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, readTuple } from './conntrack-tuple.ts'

interface FlowEnd {
  readonly address: string
  readonly port: number
}

/** A connection as one namespace's conntrack has it: what the client sent, and what became of it by translation. */
export interface TracedFlow {
  readonly protocol: Protocol
  readonly client: FlowEnd
  /** Whom the client asked. */
  readonly asked: FlowEnd
  /** Who answers: the backend, where it was translated. */
  readonly backend: FlowEnd
  /** Whom the backend sees: the client, or the node where it is masqueraded. */
  readonly seen: FlowEnd
}

/**
 * New connections of one network namespace as they are confirmed, translated already. A dump does not show all: one
 * that is refused by its backend is forgotten with the refusal (nf_conntrack_proto_tcp.c kills it when the first answer
 * is a reset).
 */
export class FlowTrace {
  readonly #listener: NetlinkListener

  /** From now on, in the namespace at `path`. Throws KernelError CONNTRACK_FAILED, NAMESPACE_UNKNOWN. */
  static open(path: string): FlowTrace {
    return withNamespace(path, () => new FlowTrace())
  }

  private constructor() {
    this.#listener = new NetlinkListener(
      NETLINK_NETFILTER,
      NFNLGRP_CONNTRACK_NEW,
      'CONNTRACK_FAILED',
      'new connections',
    )
  }

  /** What came since the last call; does not wait. An overrun of the buffer loses some. */
  read(): readonly TracedFlow[] {
    const flows: TracedFlow[] = []
    this.#listener.read(({ payload }) => {
      const flow = readFlow(payload)
      if (flow !== undefined) flows.push(flow)
    })
    return flows
  }

  close(): void {
    this.#listener.close()
  }
}

function readFlow(payload: Uint8Array): TracedFlow | undefined {
  const attributes = readAttributes(payload, NFGENMSG_LENGTH)
  const sent = readEnds(attributes.get(CTA_TUPLE_ORIG))
  const answered = readEnds(attributes.get(CTA_TUPLE_REPLY))
  if (sent === undefined || answered === undefined) return undefined
  const { protocol, source: client, destination: asked } = sent
  return { protocol, client, asked, backend: answered.source, seen: answered.destination }
}

function readEnds(bytes: Uint8Array | undefined) {
  if (bytes === undefined) return undefined
  const { protocol: number, source, destination, sourcePort, destinationPort } = readTuple(bytes)
  const protocol = protocolOfNumber(number)
  // ICMP and the like have no ports.
  if (!protocol || !source || !destination || !sourcePort || !destinationPort) return undefined
  return { protocol, source: endOf(source, sourcePort), destination: endOf(destination, destinationPort) }
}

const endOf = (address: Uint8Array, port: Uint8Array): FlowEnd => ({
  address: inetText(address),
  port: viewOf(port).getUint16(0),
})
