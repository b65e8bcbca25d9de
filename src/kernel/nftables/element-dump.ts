import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { NFTA_VERDICT_CHAIN, NFTA_VERDICT_CODE } from '../netlink/netfilter-numbers.ts'
import { readString, viewOf } from '../netlink/netlink-message.ts'
import { NLA_TYPE_MASK } from '../netlink/netlink-numbers.ts'
import {
  NFT_SET_ELEM_INTERVAL_END,
  NFTA_DATA_VALUE,
  NFTA_DATA_VERDICT,
  NFTA_SET_ELEM_DATA,
  NFTA_SET_ELEM_EXPIRATION,
  NFTA_SET_ELEM_FLAGS,
  NFTA_SET_ELEM_KEY,
  NFTA_SET_ELEM_KEY_END,
  NFTA_SET_ELEM_TIMEOUT,
  NFTA_SET_ELEM_USERDATA,
  UDATA_COMMENT,
} from './element-numbers.ts'

const NO_BYTES = new Uint8Array()

/** One element of a dump. The bytes are views that are good until the visitor returns. */
export interface DumpedElement {
  readonly key: Uint8Array
  /** The end of a range, in sets of concatenated intervals. */
  readonly keyEnd: Uint8Array | undefined
  /** In sets of plain intervals an element is the start of a range, or this: the first address behind one. */
  readonly isEnd: boolean
  readonly data: Uint8Array | undefined
  /** Of a verdict map: the chain, or the bare verdict where there is none. */
  readonly verdict: { readonly code: number; readonly chain: string | undefined } | undefined
  /** Milliseconds that it has still to live, in sets whose elements expire. */
  readonly expiresIn: number | undefined
  /** Milliseconds that it lives after each renewal, where that is not the set's own timeout. */
  readonly timeout: number | undefined
  /** What was written beside it for people. */
  readonly comment?: string | undefined
}

/** The elements of one message of a dump. */
export function* elementsOf(list: Uint8Array): Generator<DumpedElement> {
  const view = viewOf(list)
  for (let at = 0; at + 4 <= list.length; ) {
    const length = view.getUint16(at, LITTLE_ENDIAN)
    if (length < 4) return
    yield new ElementInMessage(list, view, at, at + length)
    at += (length + 3) & ~3
  }
}

/** Its parts are looked for in place, and when they are asked for: a start reads a hundred thousand elements. */
class ElementInMessage implements DumpedElement {
  readonly #list: Uint8Array
  readonly #view: DataView
  readonly #from: number
  readonly #to: number

  /** From the attribute that holds it to its end. */
  constructor(list: Uint8Array, view: DataView, from: number, to: number) {
    this.#list = list
    this.#view = view
    this.#from = from
    this.#to = to
  }

  get key(): Uint8Array {
    return this.#value(NFTA_SET_ELEM_KEY) ?? NO_BYTES
  }

  get keyEnd(): Uint8Array | undefined {
    return this.#value(NFTA_SET_ELEM_KEY_END)
  }

  get data(): Uint8Array | undefined {
    return this.#value(NFTA_SET_ELEM_DATA)
  }

  get isEnd(): boolean {
    const flags = this.#find(this.#from, this.#to, NFTA_SET_ELEM_FLAGS)
    return flags > 0 && (this.#view.getUint32(flags + 4) & NFT_SET_ELEM_INTERVAL_END) !== 0
  }

  get verdict(): DumpedElement['verdict'] {
    const verdict = this.#findIn(this.#find(this.#from, this.#to, NFTA_SET_ELEM_DATA), NFTA_DATA_VERDICT)
    const code = this.#findIn(verdict, NFTA_VERDICT_CODE)
    if (code === 0) return undefined
    const chain = this.#findIn(verdict, NFTA_VERDICT_CHAIN)
    return { code: this.#view.getInt32(code + 4), chain: chain === 0 ? undefined : readString(this.#bytes(chain)) }
  }

  get expiresIn(): number | undefined {
    return this.#milliseconds(NFTA_SET_ELEM_EXPIRATION)
  }

  get timeout(): number | undefined {
    return this.#milliseconds(NFTA_SET_ELEM_TIMEOUT)
  }

  get comment(): string | undefined {
    const userdata = this.#find(this.#from, this.#to, NFTA_SET_ELEM_USERDATA)
    if (userdata === 0) return undefined
    // libnftnl's: type, length and value, an octet, an octet, and octets.
    const bytes = this.#bytes(userdata)
    for (let at = 0; at + 2 <= bytes.length; at += 2 + (bytes[at + 1] as number))
      if (bytes[at] === UDATA_COMMENT) return readString(bytes.subarray(at + 2, at + 2 + (bytes[at + 1] as number)))
    return undefined
  }

  #value(type: number): Uint8Array | undefined {
    const value = this.#findIn(this.#find(this.#from, this.#to, type), NFTA_DATA_VALUE)
    return value === 0 ? undefined : this.#bytes(value)
  }

  #milliseconds(type: number): number | undefined {
    const value = this.#find(this.#from, this.#to, type)
    return value === 0 ? undefined : Number(this.#view.getBigUint64(value + 4))
  }

  #bytes(attribute: number): Uint8Array {
    return this.#list.subarray(attribute + 4, attribute + this.#view.getUint16(attribute, LITTLE_ENDIAN))
  }

  #findIn(attribute: number, wanted: number): number {
    return attribute === 0
      ? 0
      : this.#find(attribute, attribute + this.#view.getUint16(attribute, LITTLE_ENDIAN), wanted)
  }

  /**
   * Where the attribute of this type begins among those within another that goes from `from` to `to`; 0: there is none.
   */
  #find(from: number, to: number, wanted: number): number {
    for (let at = from + 4; at + 4 <= to; ) {
      const length = this.#view.getUint16(at, LITTLE_ENDIAN)
      if (length < 4) return 0
      if ((this.#view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK) === wanted) return at
      at += (length + 3) & ~3
    }
    return 0
  }
}
