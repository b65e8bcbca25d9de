/** Why something is not as it was asked for: a reason of the API's conditions, and words for people. */
export interface Fault {
  readonly reason: string
  readonly message: string
}

/** Those that say the same. */
export const sameFault = (left: Fault | undefined, right: Fault | undefined): boolean =>
  left === right || (left?.reason === right?.reason && left?.message === right?.message)
