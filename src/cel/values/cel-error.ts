/** An evaluation that came to nothing; the message is cel-go's. */
export class CelError extends Error {
  readonly code = 'CEL_EVALUATION'
  constructor(message: string) {
    super(message)
    this.name = 'CelError'
  }
}

/** An evaluation that costs more than it may. */
export class CelCostError extends Error {
  readonly code = 'CEL_COST'
  constructor() {
    super('operation cancelled: actual cost limit exceeded')
    this.name = 'CelCostError'
  }
}
