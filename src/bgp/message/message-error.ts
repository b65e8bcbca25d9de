/** What a NOTIFICATION says: error code and subcode of RFC 4271 section 4.5, and octets that depend on both. */
export interface ErrorNotice {
  readonly code: number
  readonly subcode: number
  readonly data: Uint8Array
}

const NOTHING = new Uint8Array(0)

export const errorNotice = (code: number, subcode = 0, data: Uint8Array = NOTHING): ErrorNotice => ({
  code,
  subcode,
  data,
})

/** What a peer sent ends its session: it is told `notice`. */
export class BgpMessageError extends Error {
  override readonly name = 'BgpMessageError'
  readonly code = 'BGP_MESSAGE_INVALID'
  readonly notice: ErrorNotice

  constructor(notice: ErrorNotice, message: string) {
    super(message)
    this.notice = notice
  }
}
