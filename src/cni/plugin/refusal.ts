/** What a plugin says of a fault, in the specification's numbers; from 100 on they are ours. */
export const FAULTS = {
  incompatibleVersion: 1,
  unknownContainer: 3,
  invalidEnvironment: 4,
  unreadable: 6,
  invalidConfiguration: 7,
  /** The runtime is to try again. */
  later: 11,
  /** STATUS: nobody can be attached now. */
  unavailable: 50,
  /** STATUS: and who is attached may be cut off. */
  limited: 51,
  /** The kernel did not want to. */
  failed: 100,
  /** CHECK: the network is not as it was made. */
  changed: 101,
} as const

/** A request that is not fulfilled: thrown to whoever answers it, and told to the runtime as the specification's object. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** The specification’s number. */
  readonly code: number
  readonly details: string

  constructor(fault: keyof typeof FAULTS, message: string, details = '', cause?: unknown) {
    super(message, { cause })
    this.code = FAULTS[fault]
    this.details = details
  }
}

/** What the runtime reads on standard output. `cniVersion`: the one that it speaks. */
export const refusalText = ({ code, message, details }: Refusal, cniVersion: string): string =>
  `${JSON.stringify({ cniVersion, code, msg: message, ...(details !== '' && { details }) })}\n`
